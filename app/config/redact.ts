import type { Path } from './tree.ts'

export const redacted = '(secret)'

const secretWords =
  /^(pass|password|secrets?|token|accessToken|refreshToken|sessionToken|privateKey|apiKey|key|secretAccessKey|vaultKeys|headers)$/i

/** Text of this name is a secret too: an address that is a key. A whole channel of this name is not. */
const secretText = /^webhook$/i

/** Does a setting of this name hold a secret? Names decide, so that plugins' settings are covered too. */
export const isSecretPath = (path: Path): boolean =>
  path.some((key) => typeof key === 'string' && secretWords.test(key)) ||
  (path.length > 1 && secretText.test(String(path.at(-1))))

/** A copy with every secret replaced, those inside of URLs too. */
export function redact(value: unknown, secret = false): unknown {
  if (Array.isArray(value)) return value.map((item) => redact(item, secret))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        redact(inner, secret || secretWords.test(key) || (typeof inner === 'string' && secretText.test(key))),
      ]),
    )
  if (secret && value !== null && value !== undefined) return redacted
  return typeof value === 'string' ? value.replace(/(:\/\/[^/@:]*:)[^/@]*@/, `$1${redacted}@`) : value
}
