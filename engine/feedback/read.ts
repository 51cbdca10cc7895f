import { hash } from 'node:crypto'
import { addressesIn } from './addresses.ts'
import { answerOf } from './answer.ts'
import { complained, readArf } from './arf.ts'
import { isVague, oneLine } from './codes.ts'
import { readDsn } from './dsn.ts'
import { type Field, fieldsOf } from './fields.ts'
import { headerOf, type Mail, openMail } from './mail.ts'
import { readNotice, writerOf } from './notice.ts'
import { maxContext, type Reading, type Reported } from './report.ts'
import { letterOf, returnedOf, splitCopy } from './returned.ts'

/** Read a mail that came to the bounce address: RFC 3464 and 5965, and what servers wrote before them and beside them. Takes any
 *  bytes, looks at the first 512 KB, and never throws. What it says is not proven: anybody can write such a mail. */
export async function readReport(bytes: Uint8Array): Promise<Reading> {
  const mail = await openMail(bytes)
  const { notice, copy } = splitCopy(mail.text)
  const letter = letterOf(mail, copy)
  const said = judge(mail, notice, letter)
  const at = Date.parse(headerOf(mail, 'date') ?? '')
  return {
    kind: said.kind,
    by: said.by,
    recipients: said.recipients,
    context: oneLine(notice, maxContext),
    returned: returnedOf(mail, letter, said.fields),
    at: Number.isFinite(at) ? at : null,
    id: idOf(mail),
  }
}

interface Said extends Pick<Reading, 'kind' | 'by' | 'recipients'> {
  readonly fields: readonly Field[]
}
const none = (by: string, fields: readonly Field[] = []): Said => ({
  kind: 'none',
  by,
  recipients: [],
  fields,
})

function judge(mail: Mail, notice: string, letter: readonly Field[]): Said {
  const feedback = readArf(mail, letter)
  if (feedback !== null) {
    if (feedback.kind === 'none') return none(feedback.by)
    return { kind: feedback.kind, by: feedback.by, recipients: [complained(feedback)], fields: [] }
  }
  const answer = answerOf(mail)
  if (answer === 'challenge') return none(answer)
  const dsn = readDsn(mail)
  const fields = dsn?.message ?? []
  if (dsn !== null && dsn.failed.length > 0) {
    const recipients = dsn.failed.map((found) => completed(found, mail, notice, letter))
    return { kind: 'bounce', by: 'dsn', recipients, fields }
  }
  if (dsn !== null && dsn.delayed > 0) return none('delayed', fields)
  if (dsn !== null && dsn.delivered > 0) return none('delivered', fields)
  const writer = writerOf(mail)
  if (answer !== null && writer !== 'surely') return none(answer, fields)
  if (writer === 'no') return none('other', fields)
  const words = readNotice(mail, notice)
  if (words === null) return none(isReceipt(mail) ? 'receipt' : (answer ?? 'other'), fields)
  if (words.kind === 'delayed') return none('delayed', fields)
  if (writer === 'perhaps' && !words.set && letter.length === 0) return none('other', fields)
  const recipients = words.recipients.map((found) => completed(found, mail, notice, letter))
  return { kind: 'bounce', by: words.by, recipients, fields }
}

/** RFC 8098: the letter was shown, or deleted unread. */
const isReceipt = (mail: Mail): boolean =>
  mail.parts.some(({ type }) => type === 'message/disposition-notification')

/** What the status leaves out, the words beside it may say. */
function completed(found: Reported, mail: Mail, notice: string, letter: readonly Field[]): Reported {
  const named =
    found.addresses.length > 0
      ? []
      : [...fieldsOf(mail.headers, 'x-failed-recipients'), ...fieldsOf(letter, 'to')].flatMap((value) =>
          addressesIn(value, 5),
        )
  const addresses = [...found.addresses, ...new Set(named.map(({ address }) => address))]
  if (!isVague(found.status) || found.text !== '') return { ...found, addresses }
  const words = readNotice(mail, notice)
  const same =
    words?.kind === 'failed'
      ? (words.recipients.find((one) => one.addresses.some((address) => addresses.includes(address))) ??
        (words.recipients.length === 1 ? words.recipients[0] : undefined))
      : undefined
  if (same === undefined) return { ...found, addresses }
  return {
    addresses,
    status: isVague(found.status) ? (same.status ?? found.status) : found.status,
    smtp: found.smtp ?? same.smtp,
    text: found.text === '' ? same.text : found.text,
  }
}

/** Of what it is, and not of its way here, which is written above its header and is not the same twice. */
function idOf(mail: Mail): string {
  const named = ['message-id', 'date', 'from', 'subject'].map((name) => headerOf(mail, name) ?? '')
  return hash('sha256', [...named, mail.text, ...mail.parts.map(({ text }) => text)].join('\n'), 'hex').slice(
    0,
    32,
  )
}
