import { describe, expect, test } from 'vitest'
import { judgeLetter } from '../../../engine/deliverability/letter/judge.ts'
import { readLetter } from '../../../engine/deliverability/letter/read.ts'
import { worstOf } from '../../../engine/deliverability/line.ts'

const way = 'https://news.thenews.press/u/TOKEN'
const settings = { publicUrl: 'https://news.thenews.press', postalAddress: '1 Fleet Street\nLondon EC4Y 1AA' }
const foot = `<p>1 Fleet Street, London EC4Y 1AA</p><a href="${way}">Unsubscribe</a>`
const prose = `<p>${'Some words about the news. '.repeat(20)}</p>`

interface Parts {
  readonly subject?: string
  readonly html?: string
  readonly text?: string | null
  readonly head?: string
  readonly signed?: string | null
}
const oneClick = `List-Unsubscribe: <${way}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n`

function mimeOf({
  subject = 'News of the week',
  html = prose + foot,
  text = `News\n1 Fleet Street, London EC4Y 1AA\n${way}`,
  head = oneClick,
  signed = 'from:list-unsubscribe:list-unsubscribe-post',
}: Parts) {
  const part = (type: string, body: string) =>
    `--b\r\nContent-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(body).toString('base64')}\r\n`
  const signature =
    signed === null ? '' : `DKIM-Signature: v=1; d=thenews.press; s=s1;\r\n h=${signed}; b=x\r\n`
  return Buffer.from(
    `${signature}From: a@thenews.press\r\nSubject: ${subject}\r\n${head}Content-Type: multipart/alternative; boundary=b\r\n\r\n` +
      `${text === null ? '' : part('text/plain', text)}${part('text/html', html)}--b--\r\n`,
  )
}
async function judge(parts: Parts = {}, changes: Partial<typeof settings> | { postalAddress: null } = {}) {
  const letter = await readLetter('en', mimeOf(parts))
  return judgeLetter(letter, { ...settings, ...changes })
}
const wrong = async (...args: Parameters<typeof judge>) =>
  Object.fromEntries(
    (await judge(...args)).flatMap(({ id, status }) => (status === 'ok' ? [] : [[id, status]])),
  )

describe('what a finished letter is', () => {
  test('one in order', async () => {
    expect(await wrong()).toEqual({})
    expect((await judge()).map(({ id }) => id)).toContain('unsubscribe.signed')
  })

  const words = prose + foot
  test.each<[string, Parts, Record<string, string>]>([
    ['no headers', { head: '' }, { 'unsubscribe.headers': 'blocked', 'unsubscribe.link': 'blocked' }],
    [
      'only mailto',
      { head: 'List-Unsubscribe: <mailto:a@b.c>\r\n' },
      { 'unsubscribe.headers': 'blocked', 'unsubscribe.link': 'blocked' },
    ],
    ['no one-click', { head: `List-Unsubscribe: <${way}>\r\n` }, { 'unsubscribe.headers': 'blocked' }],
    ['unsigned', { signed: null }, { 'unsubscribe.signed': 'unknown' }],
    ['one header unsigned', { signed: 'from:list-unsubscribe' }, { 'unsubscribe.signed': 'blocked' }],
    [
      'a link that nobody sees',
      {
        html: `${prose}1 Fleet Street, London EC4Y 1AA <a href="${way}" style="display:none">Unsubscribe</a>`,
      },
      { 'unsubscribe.link': 'blocked' },
    ],
    [
      'a link within what nobody sees',
      {
        html: `${prose}1 Fleet Street, London EC4Y 1AA <div style="font-size:0"><a href="${way}">Unsubscribe</a></div>`,
      },
      { 'unsubscribe.link': 'blocked' },
    ],
    [
      'a text without it',
      { text: 'News. 1 Fleet Street, London EC4Y 1AA' },
      { 'unsubscribe.link': 'blocked' },
    ],
    [
      'no postal address',
      { html: `${prose}<a href="${way}">Unsubscribe</a>` },
      { 'address.postal': 'blocked' },
    ],
    ['no text', { text: null }, { 'part.text': 'warning' }],
    ['too large', { html: `${words}<style>${'p{}'.repeat(40_000)}</style>` }, { 'size.html': 'warning' }],
    [
      'images without words',
      { html: `${words}<img src="https://a.b/c.png"><img src="https://a.b/d.png" alt="">` },
      { 'images.alt': 'warning' },
    ],
    [
      'images alone',
      { html: `<img src="https://a.b/c.png" alt="News">${foot}` },
      { 'images.only': 'warning' },
    ],
    ['capitals', { subject: 'THE BEST NEWS EVER, open it' }, {}],
    ['more capitals', { subject: 'THE BEST NEWS EVER' }, { 'looks.capitals': 'warning' }],
    ['exclamations', { subject: 'News!!!' }, { 'looks.exclamation': 'warning' }],
    [
      'a shortener',
      { html: `${words}<a href="https://bit.ly/x">more</a>` },
      { 'looks.shortener': 'warning' },
    ],
    [
      'a disguise',
      { html: `${words}<a href="https://evil.example/x">https://bank.example/login</a>` },
      { 'looks.disguise': 'warning' },
    ],
    [
      'a shorter name for the same place',
      { html: `${words}<a href="https://www.bank.example/login">bank.example</a>` },
      {},
    ],
    [
      'hidden text',
      { html: `${words}<div hidden>${'secret words '.repeat(40)}</div>` },
      { 'looks.hidden': 'warning' },
    ],
    ['a preheader', { html: `<div style="display:none">In this week's letter</div>${words}` }, {}],
    ['data:', { html: `${words}<img alt="" src="data:image/png;base64,AA">` }, { 'looks.data': 'warning' }],
    ['a form', { html: `${words}<form action="https://a.b"><input></form>` }, { 'looks.form': 'warning' }],
    ['script', { html: `${words}<p onclick="x()">a</p>` }, { 'looks.script': 'warning' }],
  ])('%s', async (_, parts, wanted) => {
    expect(await wrong(parts)).toEqual(wanted)
  })

  test('the settings', async () => {
    expect(await wrong({}, { publicUrl: 'http://news.thenews.press' })).toEqual({
      'unsubscribe.https': 'blocked',
    })
    expect(await wrong({}, { publicUrl: 'https://localhost:8025' })).toEqual({
      'unsubscribe.https': 'blocked',
    })
    expect(await wrong({}, { postalAddress: null })).toEqual({ 'address.postal': 'warning' })
  })

  test('of several letters the worst counts, and is named by its languages', async () => {
    const [fine, mute] = [await judge(), await judge({ text: null })]
    const lines = worstOf([
      { name: 'en', lines: fine },
      { name: 'de', lines: mute },
      { name: 'fr', lines: mute },
    ])
    expect(lines.find(({ id }) => id === 'part.text')).toMatchObject({ status: 'warning', where: 'de, fr' })
    expect(lines.find(({ id }) => id === 'size.html')).toMatchObject({ status: 'ok', where: null })
    expect(lines).toHaveLength(fine.length)
  })

  test('hostile HTML takes no time', async () => {
    const started = performance.now()
    for (const piece of ['<div style="font-size: 0', '<a href="x">', '<', '&', '<div>', 'a.'])
      await judge({ html: piece.repeat(Math.floor(100_000 / piece.length)) })
    await judge({ html: `<a href="https://a.b">${'a.'.repeat(50_000)}</a>`, subject: '!'.repeat(900) })
    // Each pass is linear; the worst of 100 KB took 60 ms.
    expect(performance.now() - started).toBeLessThan(10_000)
  })
})
