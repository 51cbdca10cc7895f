import { generateKeyPairSync } from 'node:crypto'
import Dkim from 'nodemailer/lib/dkim'
import MailComposer from 'nodemailer/lib/mail-composer'
import { type ComposePlan, createComposer, createLetterBuffer, type Letter } from '../engine/compose/index.ts'
import { encodePart } from '../engine/template/quoted-printable.ts'

export interface ComposeFigure {
  readonly name: string
  readonly value: number
  readonly unit: 'letters/s a core'
  readonly peer: string
  /** How many times faster than the peer, in the same run. */
  readonly ratio: number
}

interface Source {
  readonly name: string
  readonly address: string
  readonly html: string
  readonly text: string
}

const pemOf = (type: 'rsa' | 'ed25519'): string => {
  const { privateKey } =
    type === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ed25519')
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

const item = (n: number, name: string): string =>
  `<tr><td style="padding:16px 24px;font-family:Georgia,serif;font-size:16px;line-height:1.5;color:#1b1b1b">\r\n` +
  `<h2 style="margin:0 0 8px;font-size:20px">Story ${n} for ${name}: what the river left behind</h2>\r\n` +
  `<p style="margin:0 0 12px">${'The water came at night – and nobody had counted the boats. '.repeat(22)}</p>\r\n` +
  `<a href="https://courier.example/story/${n}?who=${name}" style="color:#0a5">Read on →</a></td></tr>\r\n`

/** Ten items, 20 KB of HTML, a few characters outside ASCII, two parts. */
function source(n: number): Source {
  const name = `Zoë ${n}`
  const items = Array.from({ length: 10 }, (_, index) => index + 1)
  return {
    name,
    address: `reader${n}@example.net`,
    html: `<html><body><table>${items.map((index) => item(index, name)).join('')}</table></body></html>\r\n`,
    text: items
      .map((index) => `Story ${index} for ${name}\r\nhttps://courier.example/story/${index}\r\n`)
      .join('\r\n'),
  }
}

const date = Date.UTC(2026, 10, 23, 7)
const subject = 'What the river left behind – ten stories'
const id = (n: number): string => `<${String(n).padStart(32, '0')}@courier.example>`
const unsubscribe = (n: number): string => `https://courier.example/u/${String(n).padStart(28, 'A')}`
const listId = 'Daily News <daily-news.courier.example>'

const plan = (dkim: ComposePlan['dkim']): ComposePlan => ({
  from: { address: 'news@courier.example', name: 'The Courier' },
  replyTo: null,
  list: { name: 'daily-news', title: 'Daily News' },
  feedbackId: '1:spring:daily-news:courier.example',
  messageIdDomain: 'courier.example',
  dkim,
})

// As a compiled template leaves it: many pieces joined by `+`, which the first reader has to flatten.
function pieced(part: string): string {
  let out = ''
  for (let at = 0; at < part.length; at += 300) out += part.slice(at, at + 300)
  return out
}

const toLetter = ({ name, address, html, text }: Source, n: number): Letter => ({
  to: address,
  toName: name,
  subject,
  html: pieced(html),
  text: pieced(text),
  language: 'en',
  date,
  messageId: id(n),
  unsubscribeUrl: unsubscribe(n),
})

/** Letters a second, `batches` of them one after the other into one buffer. The quoted-printable parts
 *  are given, as the compiler gives them; flattening them is timed. */
function ours(dkim: ComposePlan['dkim'], encoded: readonly Source[], batches: number): () => number {
  const composer = createComposer(plan(dkim))
  const buffer = createLetterBuffer()
  return () => {
    let ms = 0
    for (let batch = 0; batch < batches; batch++) {
      const letters = encoded.map(toLetter)
      buffer.reset()
      const start = performance.now()
      for (const letter of letters) composer.compose(letter, buffer)
      ms += performance.now() - start
    }
    return (encoded.length * batches * 1000) / ms
  }
}

/** The same letters by MailComposer, which encodes them itself. */
function nodemailer(privateKey: string | null, sources: readonly Source[]): () => Promise<number> {
  const dkim =
    privateKey === null
      ? null
      : new Dkim({ domainName: 'courier.example', keySelector: 'bench', privateKey, skipFields: '' })
  return async () => {
    const start = performance.now()
    for (const [n, { name, address, html, text }] of sources.entries()) {
      const message = new MailComposer({
        from: { name: 'The Courier', address: 'news@courier.example' },
        to: { name, address },
        subject,
        html,
        text,
        date: new Date(date),
        messageId: id(n),
        headers: {
          'List-Unsubscribe': `<${unsubscribe(n)}>`,
          'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
          'List-Id': listId,
          'Feedback-ID': '1:spring:daily-news:courier.example',
        },
      }).compile()
      if (dkim !== null) message.processFunc((input) => dkim.sign(input))
      await message.build()
    }
    return (sources.length * 1000) / (performance.now() - start)
  }
}

/** Compose a letter of 20 KB: unsigned, signed by either kind of key and by both, beside nodemailer
 *  (unsigned, and with its own RSA signature; it has no Ed25519). One thread; medians of rounds that
 *  take turns, after a warm-up. About five seconds. */
export async function benchCompose({ rounds = 7 } = {}): Promise<readonly ComposeFigure[]> {
  const sources = Array.from({ length: 100 }, (_, n) => source(n))
  const encoded = sources.map((one) => ({ ...one, html: encodePart(one.html), text: encodePart(one.text) }))
  const rsa = { domain: 'courier.example', selector: 'r', privateKey: pemOf('rsa') }
  const ed25519 = { domain: 'courier.example', selector: 'e', privateKey: pemOf('ed25519') }
  const plainPeer = 'nodemailer MailComposer'
  const signedPeer = 'nodemailer MailComposer + DKIM RSA-2048'
  const runs: readonly { name: string; peer: string | null; run: () => number | Promise<number> }[] = [
    { name: plainPeer, peer: null, run: nodemailer(null, sources.slice(0, 40)) },
    { name: signedPeer, peer: null, run: nodemailer(rsa.privateKey, sources.slice(0, 40)) },
    { name: 'compose unsigned', peer: plainPeer, run: ours([], encoded, 30) },
    { name: 'compose, Ed25519', peer: signedPeer, run: ours([ed25519], encoded, 5) },
    { name: 'compose, RSA-2048', peer: signedPeer, run: ours([rsa], encoded, 1) },
    { name: 'compose, both', peer: signedPeer, run: ours([ed25519, rsa], encoded, 1) },
  ]
  const samples = new Map(runs.map(({ name }): [string, number[]] => [name, []]))
  for (let round = -3; round < rounds; round++) {
    for (const { name, run } of runs) {
      const rate = await run()
      if (round >= 0) samples.get(name)!.push(rate)
    }
  }
  const rateOf = (name: string): number => median(samples.get(name)!)
  return runs.flatMap(({ name, peer }): ComposeFigure[] =>
    peer === null
      ? []
      : [
          {
            name,
            value: Math.round(rateOf(name)),
            unit: 'letters/s a core',
            peer: `${peer}: ${Math.round(rateOf(peer))}/s`,
            ratio: Math.round((rateOf(name) / rateOf(peer)) * 10) / 10,
          },
        ],
  )
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

if (import.meta.main) {
  for (const figure of await benchCompose()) console.log(JSON.stringify(figure))
}
