import type { Path } from './tree.ts'

export const redacted = '(secret)'

const secretWords =
  /^(pass|password|secrets?|token|accessToken|refreshToken|sessionToken|privateKey|apiKey|key|secretAccessKey|vaultKeys|headers|clientSecret)$/i

/** Addresses that are keys: a webhook of a chat service, and where a room's posts go, which is one more often than not. */
const isAddressKey = (path: Path): boolean =>
  path.length > 1 &&
  (/^webhook$/i.test(String(path.at(-1))) || (path.at(-3) === 'rooms' && path.at(-1) === 'url'))

/** Does a setting of this name hold a secret? Names decide, so that plugins' settings are covered too. */
export const isSecretPath = (path: Path): boolean =>
  path.some((key) => typeof key === 'string' && secretWords.test(key)) || isAddressKey(path)

/** Passwords in addresses, as in `postgres://USER:PASSWORD@HOST`, whatever they hold but a slash. */
export const withoutPasswords = (text: string): string =>
  text.replace(/(:\/\/[^/@:\s]*:)[^/\s]*@/g, `$1${redacted}@`)

/** A copy with every secret replaced, those inside of URLs too. `path` is where it lies in the settings. */
export function redact(value: unknown, path: Path = []): unknown {
  if (Array.isArray(value)) return value.map((item, index) => redact(item, [...path, index]))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, redact(inner, [...path, key])]),
    )
  if (value === null || value === undefined) return value
  if (isSecretPath(path)) return redacted
  return typeof value === 'string' ? withoutPasswords(value) : value
}
