import { reportedAddress } from './addresses.ts'
import { isVague, oneLine, smtpIn, statusIn } from './codes.ts'
import { type Field, fieldOf, readFields, typed } from './fields.ts'
import type { Mail } from './mail.ts'
import { maxRecipients, maxText, type Reported } from './report.ts'

/** What a delivery status says (RFC 3464): who did not get it, who will later, who did. */
export interface DeliveryStatus {
  readonly failed: readonly Reported[]
  readonly delayed: number
  readonly delivered: number
  /** Fields about the whole letter. */
  readonly message: readonly Field[]
}

const statusTypes = new Set(['message/delivery-status', 'message/global-delivery-status'])
// Also where the parts lost their types, or the mail its parts.
const looksLike = /^(?:final-recipient|original-recipient)[ \t]{0,4}:/im

/** The delivery status of a mail, in a part of its own or wherever its fields stand. Null: there is none. */
export function readDsn(mail: Mail): DeliveryStatus | null {
  const own = mail.parts.filter(({ type }) => statusTypes.has(type))
  const texts = own.length > 0 ? own : [...mail.parts, mail].filter(({ text }) => looksLike.test(text))
  if (texts.length === 0) return null
  const failed: Reported[] = []
  const message: Field[] = []
  let delayed = 0
  let delivered = 0
  for (const block of texts.flatMap(({ text }) => blocksOf(text))) {
    const action = actionOf(block)
    if (action === null) {
      message.push(...block)
      continue
    }
    if (action === 'delayed') delayed += 1
    else if (action === 'delivered') delivered += 1
    else if (failed.length < maxRecipients) failed.push(recipientOf(block))
  }
  return { failed, delayed, delivered, message }
}

/** Groups of fields: between empty lines, and from each recipient on where those were left out. */
function blocksOf(text: string): readonly (readonly Field[])[] {
  return text.split(/\n[ \t]*\n/).flatMap((block) => {
    const fields = readFields(block)
    const starts = fields.flatMap(({ name }, i) => (name === 'final-recipient' && i > 0 ? [i] : []))
    const several = fields.filter(({ name }) => name === 'final-recipient').length > 1
    if (!several) return [fields]
    return [0, ...starts].map((start, i, all) => fields.slice(start, all[i + 1]))
  })
}

type Action = 'failed' | 'delayed' | 'delivered'

/** Null: these fields are not about a recipient. */
function actionOf(fields: readonly Field[]): Action | null {
  const said = fieldOf(fields, 'action')?.toLowerCase() ?? ''
  const status = statusIn(fieldOf(fields, 'status') ?? '')
  const known = fieldOf(fields, 'final-recipient') ?? fieldOf(fields, 'original-recipient')
  if (known === null && said === '') return null
  // RFC 3464 2.3.3, and what old gateways write for it.
  if (/^(?:fail|undeliver|bounce|reject|expire)/.test(said)) return 'failed'
  if (said.startsWith('delay')) return 'delayed'
  if (/^(?:deliver|relay|expand|success)/.test(said)) return 'delivered'
  if (status?.startsWith('2')) return 'delivered'
  // A block with a recipient and without an action: MDNs have those, too.
  return status === null && fieldOf(fields, 'diagnostic-code') === null ? null : 'failed'
}

function recipientOf(fields: readonly Field[]): Reported {
  const diagnostic = typed(fieldOf(fields, 'diagnostic-code') ?? '')
  const said = fieldOf(fields, 'status') ?? ''
  const words =
    diagnostic.text === '' ? (fieldOf(fields, 'x-supplementary-info') ?? comment(said)) : diagnostic.text
  const stated = statusIn(said)
  const found = statusIn(words)
  return {
    addresses: addressesOf(fields),
    // Exim and many gateways say 5.0.0 whatever it was; the server's own words know more.
    status: isVague(stated) ? (found ?? stated) : stated,
    smtp: smtpIn(words),
    text: oneLine(words, maxText),
  }
}

function addressesOf(fields: readonly Field[]): readonly string[] {
  const said = ['original-recipient', 'x-actual-recipient', 'final-recipient'].flatMap((name) => {
    const value = fieldOf(fields, name)
    const address = value === null ? null : reportedAddress(typed(value).text)
    return address === null ? [] : [address]
  })
  return [...new Set(said)]
}

/** `bad destination mailbox address` of `5.1.1 (bad destination mailbox address)`. */
const comment = (status: string): string => status.replace(/^[\d.\s]+/, '').replace(/^\(|\)\s*$/g, '')
