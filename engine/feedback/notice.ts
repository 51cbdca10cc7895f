import { addressesIn } from './addresses.ts'
import { isVague, oneLine, smtpIn, statusIn } from './codes.ts'
import { fieldsOf } from './fields.ts'
import { headerOf, type Mail } from './mail.ts'
import { maxRecipients, maxText, type Reported } from './report.ts'
import { daemons, delaySubjects, delays, openings, subjects } from './words.ts'

/** What a mail for people says of recipients. */
export type Notice =
  | {
      readonly kind: 'failed'
      readonly by: string
      readonly recipients: readonly Reported[]
      /** They stand as programs set them: `<a@b.org>:`, or alone on their lines. */
      readonly set: boolean
    }
  | { readonly kind: 'delayed' }

const maxNotice = 16_000

/** Was it written by a mail program, about mail? `surely`: it says so itself. `perhaps`: it has the envelope or the subject of
 *  one, as answers of programs and spam have, too. */
export function writerOf(mail: Mail): 'surely' | 'perhaps' | 'no' {
  const from = (headerOf(mail, 'from') ?? '').toLowerCase()
  const subject = subjectOf(mail)
  if (
    headerOf(mail, 'x-failed-recipients') !== null ||
    (headerOf(mail, 'content-type') ?? '').toLowerCase().startsWith('multipart/report') ||
    daemons.some((name) => from.includes(name))
  )
    return 'surely'
  const looks =
    headerOf(mail, 'return-path')?.trim() === '<>' || subjects.some((phrase) => subject.includes(phrase))
  return looks ? 'perhaps' : 'no'
}

/** Reads the words of one. Null: they say nothing of a letter that did not arrive. */
export function readNotice(mail: Mail, words: string): Notice | null {
  const text = words.slice(0, maxNotice)
  const flat = flatten(text)
  if (isDelay(subjectOf(mail), flat)) return { kind: 'delayed' }
  const opening = openings.find(([, phrase]) => flat.includes(phrase))
  const named = fieldsOf(mail.headers, 'x-failed-recipients').flatMap((value) => addressesIn(value))
  const { found, set } = recipientsIn(mail, text, opening?.[1] ?? null)
  const known = new Set(found.flatMap(({ addresses }) => addresses))
  const more = named
    .filter(({ address }) => !known.has(address))
    .map(({ address }): Reported => ({ ...said(flat), addresses: [address] }))
  // Who names some in a header means those and no other.
  const recipients =
    named.length === 0
      ? found
      : [
          ...found.filter(({ addresses }) => named.some(({ address }) => addresses.includes(address))),
          ...more,
        ]
  // Without a word that we know, an address alone says enough only under such a subject, or set as recipients are.
  const subject = subjectOf(mail)
  const looks =
    subjects.some((phrase) => subject.includes(phrase)) || /^[ \t]{0,4}<[^<>\s@]+@[^<>\s]+>:/m.test(text)
  if (opening === undefined && (recipients.length === 0 || !looks)) return null
  return {
    kind: 'failed',
    set,
    by: opening?.[0] ?? 'other',
    recipients:
      recipients.length > 0 ? recipients.slice(0, maxRecipients) : [{ ...said(flat), addresses: [] }],
  }
}

const subjectOf = (mail: Mail): string => (headerOf(mail, 'subject') ?? '').toLowerCase().slice(0, 400)

const flatten = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll('’', "'")
    .replace(/[\s>|*]+/g, ' ')
    .trim()

const isDelay = (subject: string, flat: string): boolean =>
  delaySubjects.some((phrase) => subject.includes(phrase)) ||
  // "could not be delivered for 4 hours ... will retry" opens a warning; below it others explain what they did before.
  delays.some((phrase) => flat.slice(0, 1200).includes(phrase))

/** The paragraph of each address that stands where recipients do. `opening`: behind it they are looked for first. */
function recipientsIn(
  mail: Mail,
  text: string,
  opening: string | null,
): { readonly found: readonly Reported[]; readonly set: boolean } {
  const lines = text.split('\n')
  const heads = lines.flatMap((line, index) => {
    const head = headOf(line)
    return head === null ? [] : [{ index, ...head }]
  })
  const own = ownAddresses(mail)
  const all = heads.filter(({ address }) => !own.has(address) && !roles.test(address))
  const from = opening === null ? 0 : lineOf(lines, opening)
  const behind = all.filter(({ index }) => index >= from)
  const there = behind.length > 0 ? behind : all
  // "an undisclosed address (generated from ...)", and a notice that shows no more than the letter's To.
  const places = there.length > 0 ? there : [...originalsIn(text), ...toIn(text)].map(elsewhere)
  const set = places.some(({ sure }) => sure)
  const chosen = set ? places.filter(({ sure }) => sure) : places
  const paragraphs = new Map<string, string[]>()
  for (const [i, { index, address, rest }] of chosen.entries()) {
    const next = chosen.slice(i + 1).find((place) => place.index > index)
    const said = [rest, ...paragraphAfter(lines, index, next?.index ?? lines.length)]
    paragraphs.set(address, [...(paragraphs.get(address) ?? []), ...said])
  }
  const replies = lines
    .filter((line) => /^[ \t>]{0,8}<<< /.test(line))
    .map((line) => line.replace(/^[ \t>]*<<< /, ''))
  const found = [...paragraphs].map(([address, words]): Reported => {
    const all = words.join(' ').trim()
    return {
      ...said(all || replies.join(' ')),
      addresses: [...new Set([...originalsIn(all), address])],
    }
  })
  return { found, set }
}

const elsewhere = (address: string) => ({ index: 0, address, rest: '', sure: false })
const toIn = (text: string): readonly string[] =>
  addressesIn(/^[ \t]{0,8}to:.{0,300}/im.exec(text)?.[0] ?? '', 1).map(({ address }) => address)

/** Nobody writes newsletters to these, and everybody says that they can be asked. */
const roles = /^(?:postmaster|mailer-daemon|abuse|hostmaster|webmaster|support|helpdesk|noc)@/

/** Whom it was for before an alias, as sendmail and Exim say. */
function originalsIn(words: string): readonly string[] {
  const at = words.search(/\((?:expanded|(?:ultimately )?generated) from:? /i)
  return at < 0 ? [] : addressesIn(words.slice(at, at + 400), 1).map(({ address }) => address)
}

/** The line that a phrase ends in, which may begin in lines above. */
function lineOf(lines: readonly string[], phrase: string): number {
  let flat = ''
  for (const [index, line] of lines.entries()) {
    flat = `${flat} ${flatten(line)}`.slice(-1000)
    if (flat.replace(/ +/g, ' ').includes(phrase)) return index
  }
  return 0
}

/** An address at the beginning of its line, and what follows there. `sure`: set as programs set recipients: `<a@b.org>:`. */
function headOf(
  line: string,
): { readonly address: string; readonly rest: string; readonly sure: boolean } | null {
  if (!line.includes('@') || line.length > 4000) return null
  const [first] = addressesIn(line, 1)
  if (first === undefined) return null
  const before = line.slice(0, first.start)
  const after = line.slice(first.end)
  if (others.test(before)) return null
  const rest = after.replace(/^[\s>"'()\]:;,.-]{0,40}/, '')
  const bare = before.replace(/[\s<"'([\]>*:=.-]/g, '')
  const closes = /^[>"')\]]{0,2}[ \t]{0,4}(?::|$)/.test(after)
  const opens = before.trim() === '' || /^[ \t>*-]{0,12}[<["'(]?$/.test(before)
  if (opens && (closes || bare === '')) return { address: first.address, rest, sure: closes }
  return { address: first.address, rest: line, sure: false }
}

/** Words before an address that is not whom it is about. */
const others =
  /(?:\b(?:from|sender|cc|contact|finger|reply to|mail to|report to|sent by|message sent by|expanded from|generated from)\b[^@]{0,20}|^[ \t]*(?:to|cc|from|subject|sent):.{0,200})$/i

const maxParagraph = 14

/** Lines that belong to the recipient above: up to the second gap. */
function paragraphAfter(lines: readonly string[], index: number, end: number): readonly string[] {
  const taken: string[] = []
  let gaps = 0
  for (const line of lines.slice(index + 1, Math.min(end, index + 1 + maxParagraph))) {
    if (line.trim() === '') {
      if (taken.length > 0) gaps += 1
      if (gaps > 1) break
    } else taken.push(line.trim())
  }
  return taken
}

/** Those that cannot be whom it is about: whoever wrote it, and whom it was written to. */
function ownAddresses(mail: Mail): ReadonlySet<string> {
  const named = ['from', 'to', 'sender', 'reply-to', 'errors-to', 'return-path', 'delivered-to']
  const all = named.flatMap((name) => fieldsOf(mail.headers, name)).flatMap((value) => addressesIn(value, 10))
  return new Set(all.map(({ address }) => address))
}

function said(words: string): Omit<Reported, 'addresses'> {
  const text = oneLine(words, maxText)
  const status = statusIn(text)
  return { status: isVague(status) ? (status ?? null) : status, smtp: smtpIn(text), text }
}
