import { reportedAddress } from './addresses.ts'
import { type Field, fieldOf, fieldsOf, readFields } from './fields.ts'
import { headerOf, type Mail } from './mail.ts'
import { maxRecipients, type Reported } from './report.ts'

/** What a provider reports of a letter (RFC 5965), or what amounts to that. */
export interface FeedbackReport {
  readonly kind: 'complaint' | 'unsubscribe' | 'none'
  readonly by: string
  /** Its type, e.g. `abuse`. */
  readonly type: string
  readonly addresses: readonly string[]
}

const looksLike = /^feedback-type[ \t]{0,4}:/im

/** Null: it is none. `letter`: the header of the letter that it brings back. */
export function readArf(mail: Mail, letter: readonly Field[]): FeedbackReport | null {
  const part =
    mail.parts.find(({ type }) => type === 'message/feedback-report') ??
    [...mail.parts, mail].find(({ text }) => looksLike.test(text))
  if (part === undefined) return readJmrp(mail, letter)
  const fields = readFields(part.text)
  const type = (fieldOf(fields, 'feedback-type') ?? 'abuse').toLowerCase().slice(0, 40)
  const named = ['original-rcpt-to', 'removal-recipient', 'x-original-rcpt-to'].flatMap((name) =>
    fieldsOf(fields, name),
  )
  return { ...kindOf(type), type, addresses: addressesOf([...named, ...recipientsOf(letter)]) }
}

/** The types of RFC 5965 7.3, RFC 6430 (not-spam), RFC 6591 (auth-failure) and what providers write beside them. */
function kindOf(type: string): Pick<FeedbackReport, 'kind' | 'by'> {
  if (type === 'not-spam') return { kind: 'none', by: 'not-spam' }
  if (type.startsWith('auth-failure') || type === 'dmarc' || type === 'dkim')
    return { kind: 'none', by: 'auth-failure' }
  if (type.startsWith('opt-out') || type === 'unsubscribe') return { kind: 'unsubscribe', by: 'arf' }
  return { kind: 'complaint', by: 'arf' }
}

/** Microsoft's Junk Mail Reporting Program sends the letter alone, and says in its header whose complaint it is. */
function readJmrp(mail: Mail, letter: readonly Field[]): FeedbackReport | null {
  const named = fieldOf(letter, 'x-hmxmroriginalrecipient') ?? headerOf(mail, 'x-hmxmroriginalrecipient')
  const from = headerOf(mail, 'from') ?? ''
  const reports = /\bstaff@hotmail\.com\b/i.test(from) && letter.length > 0
  if (named === null && !reports) return null
  const addresses = addressesOf([...(named === null ? [] : [named]), ...recipientsOf(letter)])
  return { kind: 'complaint', by: 'jmrp', type: 'abuse', addresses }
}

// Ours have one each. Where the report's own is blacked out, a provider often forgets the header's.
const recipientsOf = (letter: readonly Field[]): readonly string[] => [
  ...fieldsOf(letter, 'delivered-to'),
  ...fieldsOf(letter, 'x-original-to'),
  ...fieldsOf(letter, 'to'),
]

const addressesOf = (values: readonly string[]): readonly string[] => [
  ...new Set(
    values.slice(0, maxRecipients).flatMap((value) => {
      const address = reportedAddress(value)
      return address === null ? [] : [address]
    }),
  ),
]

export const complained = ({ addresses, type }: FeedbackReport): Reported => ({
  addresses,
  status: null,
  smtp: null,
  text: type,
})
