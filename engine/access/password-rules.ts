import { commonPasswords } from './common-passwords.ts'

/** In characters, as people count them: code points of NFKC. */
export const minPasswordLength = 12
export const maxPasswordLength = 256

/** Whom a password is for. */
export interface Account {
  /** E-mail address. */
  readonly name: string
  readonly fullName: string
}

/** What of a password is nobody's secret may be at most all but this many characters. */
const minOwnLength = 8
/** The name of the service is anybody's guess. */
const serviceName = 'broadsheet'

/** What is wrong with a new password, as the end of "The password ..."; null: nothing. By NIST SP 800-63B-4, 3.1.1.2: a
 *  length, a list of what is commonly used, repeated, in a row or the account's own names, and no rules of composition. */
export function passwordProblem(password: string, account: Account): string | null {
  const text = password.normalize('NFKC')
  const length = Array.from(text).length
  if (length < minPasswordLength) return `must have at least ${minPasswordLength} characters`
  if (length > maxPasswordLength) return `must have at most ${maxPasswordLength} characters`
  const folded = text.toLowerCase()
  // "Password-2026!" is "password" to whoever guesses.
  const bare = folded.replace(/[^\p{L}]+$/u, '')
  if (commonPasswords.has(folded) || commonPasswords.has(bare))
    return 'is one that many people use, and is guessed first'
  if (isRepeated(folded)) return 'repeats the same few characters'
  if (isRow(folded)) return 'is a row of the alphabet, the digits or the keyboard'
  if (isOwnName(folded, account)) return 'is little more than a name that everybody knows'
  return null
}

/** One block of up to four characters, over and over. */
const isRepeated = (text: string): boolean => /^(.{1,4}?)\1{2,}.{0,3}$/su.test(text)

const rows = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890123456789',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
].flatMap((row) => [row, Array.from(row).reverse().join('')])

/** Is it made of at most three pieces of rows? */
function isRow(text: string): boolean {
  let rest = text
  for (let pieces = 0; pieces < 3 && rest !== ''; pieces += 1) {
    let taken = 1
    while (taken < rest.length && rows.some((row) => row.includes(rest.slice(0, taken + 1)))) taken += 1
    rest = rest.slice(taken)
  }
  return rest === ''
}

function isOwnName(text: string, { name, fullName }: Account): boolean {
  const known = `${name} ${name.replace(/@.*/, '')} ${fullName} ${serviceName}`
    .normalize('NFKC')
    .toLowerCase()
    .split(/\s+/)
  const words = known.flatMap((word) => [word, ...word.split(/[^\p{L}\p{N}]+/u)])
  const found = [...new Set(words)]
    .filter((word) => word.length >= 3 && text.includes(word))
    .sort((a, b) => b.length - a.length)
  if (found.length === 0) return false
  let left = text
  for (const word of found) left = left.replaceAll(word, '')
  return Array.from(left).length < minOwnLength
}
