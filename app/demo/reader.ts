import { setTimeout as pause } from 'node:timers/promises'
import type { ItemInput } from '../../engine/model/item.ts'
import type { Subscriber } from '../../engine/model/subscriber.ts'
import type { Client } from '../cli/daemon/client.ts'
import type { Report, Until } from './audience.ts'
import type { House } from './house.ts'
import type { Inbox } from './inbox.ts'
import { type Mail, readMail } from './mail.ts'
import { openPage, sendForm } from './web-page.ts'

/** Forms sent sooner than a person fills them in are asked for again (`pages.minFillMs`). */
const fillMs = 2100

/** What one reader does, with a browser and a mailbox. Each step tells what it saw. */
export function readerWalk(parts: {
  readonly house: House
  readonly inbox: Inbox
  readonly client: Client
  readonly report: Report
  readonly until: Until
  readonly list: { readonly name: string; readonly title: string }
  readonly reader: { readonly address: string; readonly name: string }
}) {
  const { house, inbox, client, list, reader, until } = parts
  const { step, holds } = parts.report
  let mails = 0
  let ownLink = ''

  const standing = (address: string) => client.get<Subscriber>('/subscribers/by-address', { address })

  async function nextMail(): Promise<Mail> {
    const number = ++mails
    return until(`mail ${number} to ${reader.address}`, () =>
      (inbox.received.get(reader.address) ?? 0) < number
        ? undefined
        : readMail(inbox.letter(reader.address, number)),
    )
  }
  function linkIn({ subject, text }: Mail, path: string): string {
    const link = text.match(/https?:\/\/[^\s)]+/g)?.find((url) => url.startsWith(`${house.url}${path}`))
    holds(link !== undefined, `"${subject}" leads to ${link ?? path}`, text.slice(0, 300))
    return link!
  }
  /** The letters so far, without the mails that the reader asked for. */
  const letters = (address: string) =>
    (inbox.received.get(address) ?? 0) - (address === reader.address ? 2 : 0)

  return {
    async signsUp(): Promise<void> {
      const url = `${house.url}/s/${list.name}`
      step('A reader signs up', url)
      const form = await openPage(url)
      holds(form.status === 200, `the page asks: "${form.title}"`, String(form.status))
      await pause(fillMs)
      const sent = await sendForm(form, { address: reader.address, name: reader.name })
      holds(
        sent.status === 200 && sent.title === 'Please check your inbox',
        `it answers: "${sent.title}"`,
        `${sent.status} ${sent.text}`,
      )
      const { status } = await standing(reader.address)
      holds(status === 'unconfirmed', 'and nobody is subscribed yet', status)
    },

    async confirms(): Promise<void> {
      step('The mail that asks', `${reader.address}.eml`)
      const mail = await nextMail()
      const page = await openPage(linkIn(mail, '/s/confirm/'))
      const before = await standing(reader.address)
      holds(before.status === 'unconfirmed', `opening "${page.title}" confirms nothing`, before.status)
      const done = await sendForm(page)
      const after = await standing(reader.address)
      holds(after.status === 'active', `its button does: "${done.title}"`, `${after.status} ${done.text}`)
    },

    async chooses(): Promise<void> {
      step('What and how often', `${house.url}/p`)
      const ask = await openPage(`${house.url}/p`)
      await pause(fillMs)
      await sendForm(ask, { address: reader.address })
      ownLink = linkIn(await nextMail(), '/p/')
      const saved = await sendForm(await openPage(ownLink), {
        'topic-harbour': 'much',
        'topic-climate': 'some',
        'topic-sport': 'none',
        language: 'de',
        maxPerWeek: '7',
      })
      holds(
        saved.status === 200 && saved.text.includes('gespeichert'),
        `the page goes on in German: "${saved.title}"`,
        `${saved.status} ${saved.text.slice(0, 300)}`,
      )
      const { language, topics } = await standing(reader.address)
      const seen = JSON.stringify({ language, topics })
      holds(
        language === 'de' && topics.harbour === 1 && topics.climate === 0.6 && topics.sport === 0,
        'harbour 1, climate 0.6, sport 0, German: saved with the person',
        seen,
      )
      const again = await openPage(ownLink)
      holds(
        again.form.get('maxPerWeek') === '7',
        'at most seven letters a week',
        String(again.form.get('maxPerWeek')),
      )
    },

    async reads(expected: { readonly letter: number; readonly from: readonly ItemInput[] }): Promise<void> {
      const mail = await nextMail()
      holds(
        mail.header('content-language') === 'de' && mail.text.includes('Guten Morgen, Juno'),
        `${reader.name}'s own, in German: "${mail.subject}"`,
        mail.text.slice(0, 300),
      )
      const stories = expected.from.filter(({ url }) => mail.text.includes(url))
      const all = mail.text.match(/^https?:\/\/\S+$/gm) ?? []
      holds(
        stories.length > 0 && stories.length === all.length,
        `${stories.length} stories in it, all among the ${expected.from.length} that are new`,
        all.join(' '),
      )
    },

    async leaves(): Promise<void> {
      const mail = readMail(inbox.letter(reader.address, mails))
      step('The reader leaves by the link in the letter')
      const page = await openPage(linkIn(mail, '/u/'))
      const before = await openPage(ownLink)
      holds(before.form.get('list') === list.name, `opening "${page.title}" changes nothing`)
      const gone = await sendForm(page, { choice: 'list', reason: 'too_many', more: 'Zu viel Hafen' })
      const after = await openPage(ownLink)
      holds(
        gone.status === 200 && after.form.get('list') === null,
        `its button does: "${gone.title}"`,
        gone.text.slice(0, 300),
      )
      const { id } = await standing(reader.address)
      const proofs = JSON.stringify(await client.get(`/subscribers/${id}/consents`))
      holds(proofs.includes('too_many: Zu viel Hafen'), 'the reason is kept with the proof', proofs)
    },

    /** As the button of a mail program does it: RFC 8058. */
    async leavesByOneClick(address: string): Promise<void> {
      const letter = readMail(inbox.letter(address, letters(address)))
      const [, url = ''] = /<(https?:[^>]+)>/.exec(letter.header('list-unsubscribe') ?? '') ?? []
      step('Another leaves by one click in the mail program', `POST ${url}`)
      const body = letter.header('list-unsubscribe-post') ?? ''
      holds(body === 'List-Unsubscribe=One-Click', `the letter offers it: "${body}"`)
      const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(body) })
      holds(answer.status === 200, `${address} is off the list`, String(answer.status))
    },

    async stayedAway(expected: {
      readonly letters: readonly [number, number]
      readonly neighbour: string
    }): Promise<void> {
      for (const [index, address] of [reader.address, expected.neighbour].entries())
        holds(
          letters(address) === expected.letters[index],
          `${address} has ${letters(address)} letters and gets no more`,
          `${letters(address)} letters`,
        )
      const page = await openPage(`${house.url}/a/${list.name}`)
      holds(page.status === 200, 'anybody can read it in the archive', String(page.status))
    },
  }
}
