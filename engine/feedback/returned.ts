import { type Field, fieldOf, fieldsOf, readFields } from './fields.ts'
import { headerOf, type Mail } from './mail.ts'
import type { Returned } from './report.ts'

const letterTypes = new Set([
  'message/rfc822',
  'message/global',
  'message/global-headers',
  'text/rfc822-headers',
  'text/rfc822',
  'message/rfc822-headers',
])
// Lines that programs write above the copy, in lower case and without what they are framed with.
const copyLines =
  /^[ \t>*=|-]{0,80}(?:below (?:this|the next) line is a copy(?: of the (?:original )?message)?|this is a copy of (?:the|your) message(?:'s headers)?|(?:the )?(?:header of the )?original message(?: header| headers| text)? ?(?:follows|is following|attached|below)?|included is a copy of the message(?: header)?|message header follows|unsent message (?:below|follows)|returned (?:message|mail) (?:follows|below)|returned mail|a copy of (?:the|your) (?:original )?message|(?:the )?first \d{1,5} (?:lines|bytes) of (?:your|the) original message follow|ursprüngliche nachricht|kopie der (?:original)?nachricht|copie du message|mensaje original|forwarded message|unsent mail|original e-?mail|your message (?:follows|reads)|message text follows|header of the source mail attached|(?:message )?header of the original message)[ \t.:*=>|,-]{0,80}(?:$|including)/im

/** The mail's words up to the copy of the letter, and the copy. */
export function splitCopy(text: string): { readonly notice: string; readonly copy: string } {
  const line = copyLines.exec(text)
  if (line !== null)
    return { notice: text.slice(0, line.index), copy: text.slice(line.index + line[0].length) }
  // A copy without a word above it begins with its trace.
  const trace = /^[>| \t]{0,4}(?:Received|Return-Path|DKIM-Signature):[ \t]/m.exec(text)
  return trace === null
    ? { notice: text, copy: '' }
    : { notice: text.slice(0, trace.index), copy: text.slice(trace.index) }
}

/** The header of the letter that came back: of its part, else of what stands below the words. */
export function letterOf(mail: Mail, copy: string): readonly Field[] {
  const part = mail.parts.find(({ type }) => letterTypes.has(type))
  if (part !== undefined) return headerIn(part.text)
  return headerIn(copy.replace(/^[>|] ?/gm, ''))
}

function headerIn(text: string): readonly Field[] {
  const block = text.trimStart()
  const end = block.search(/\n[ \t]*\n/)
  return readFields(end < 0 ? block.slice(0, 64_000) : block.slice(0, end))
}

const most = 10
// engine/compose/links.ts: what our letters carry.
const ownId = /<[0-9a-f]{32}@[A-Za-z0-9.-]{1,200}>/g
const ownLink = /\/[upvc]\/([A-Za-z0-9_-]{20,60})(?![A-Za-z0-9_-])/g

/** What finds the delivery again. `fields`: those of the report about the whole letter. */
export function returnedOf(mail: Mail, letter: readonly Field[], fields: readonly Field[]): Returned {
  const named = [
    fieldOf(letter, 'message-id'),
    fieldOf(fields, 'original-message-id'),
    fieldOf(fields, 'x-original-message-id'),
    headerOf(mail, 'in-reply-to'),
    headerOf(mail, 'references'),
  ].flatMap((value) => (value === null ? [] : idsIn(value)))
  const all = [mail.text, ...mail.parts.map(({ text }) => text)]
  const unsubscribe = fieldOf(letter, 'list-unsubscribe') ?? ''
  const senders = [
    ...senderNames.flatMap((name) => fieldsOf(letter, name)),
    ...receiverNames.flatMap((name) => fieldsOf(mail.headers, name)),
  ]
  return {
    messageIds: distinct([...named, ...all.flatMap((text) => text.match(ownId)?.slice(0, most) ?? [])]),
    tokens: distinct([unsubscribe, ...all].flatMap(tokensIn)),
    senders: distinct(senders.map((value) => value.slice(0, 400))),
  }
}

const senderNames = ['return-path', 'x-return-path', 'x-envelope-from', 'envelope-from', 'original-mail-from']
const receiverNames = ['to', 'delivered-to', 'x-original-to', 'envelope-to', 'x-envelope-to', 'apparently-to']

const idsIn = (value: string): readonly string[] =>
  value
    .slice(0, 4000)
    .match(/<[^<>\s]{1,250}>/g)
    ?.slice(0, most) ?? []

const tokensIn = (text: string): readonly string[] =>
  [...unwrapped(text).matchAll(ownLink)].slice(0, most).map((found) => found[1]!)

/** A link that quoted-printable has wrapped is one again. */
const unwrapped = (text: string): string => text.replaceAll('=\n', '')

const distinct = (values: readonly string[]): readonly string[] => [...new Set(values)].slice(0, most)
