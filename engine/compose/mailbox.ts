import { BroadsheetError } from '../errors.ts'
import { parseAddress } from '../model/address.ts'
import { append, phrase, singleLine } from './header-text.ts'

const maxName = 200
// What nearly every address is; anything else is asked of parseAddress, which costs ten times as much.
const usual = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,253}$/
const ascii = /^[\x00-\x7f]*$/

export interface Mailbox {
  /** Field value, folded. */
  readonly value: string
  /** The address is not ASCII: the field is UTF-8 and the message needs SMTPUTF8. */
  readonly utf8: boolean
}

/** An address with its display name as a field value (RFC 5322 3.4). The name may be any text; the
 *  address must be normalised as `parseAddress` does. Throws E_ADDRESS otherwise.
 *  `column`: how much of the first line is taken. */
export function mailbox(address: string, name: string, column: number): Mailbox {
  const utf8 = checkAddress(address)
  const display = name === '' ? '' : phrase(singleLine(name, maxName), column)
  return { value: display === '' ? address : append(display, `<${address}>`, column), utf8 }
}

function checkAddress(address: string): boolean {
  if (usual.test(address) && address.length <= 254) return false
  const parsed = parseAddress(address)
  if ('error' in parsed) {
    throw new BroadsheetError('E_ADDRESS', `"${singleLine(address, 80)}" ${parsed.error}`)
  }
  // What was asked about is what is written: a difference is a character that parseAddress dropped.
  if (parsed.ok !== address) {
    throw new BroadsheetError('E_ADDRESS', `"${singleLine(address, 80)}" is not written as ${parsed.ok}`)
  }
  return !ascii.test(address)
}
