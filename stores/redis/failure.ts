import { BroadsheetError } from '../../engine/errors.ts'

const certificateCodes = new Set([
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])
/** How Redis begins its answers while it cannot serve, for now. */
const busy = /^(LOADING|CLUSTERDOWN|TRYAGAIN|MASTERDOWN|READONLY|BUSY)\b/
const lost =
  /Connection is closed|Stream isn't writeable|Cluster isn't ready|max retries per request|Too many Cluster redirections|None of startup nodes|Failed to refresh slots|Command aborted|Socket timeout|socket disconnected|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH/

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
/** A cluster says only that no node answered; why is in the last one's error. */
const rootOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'lastNodeError' in error && error.lastNodeError
    ? error.lastNodeError
    : error

export function messageOf(error: unknown): string {
  const root = rootOf(error)
  return root instanceof Error ? root.message : String(root)
}

/** Redis is away, for now. */
export const awayFailure = (why: string, place: string) =>
  new BroadsheetError(
    'E_STORE',
    `Redis ${place} cannot be reached (${why}): check that it runs and that this machine may connect. Everything goes on by itself when it is back.`,
  )

/** What went wrong, in words for whoever runs it. `place`: hosts and ports. */
export function failureOf(thrown: unknown, place: string): BroadsheetError {
  if (thrown instanceof BroadsheetError) return thrown
  const error = rootOf(thrown)
  const message = messageOf(thrown)
  const failure = (as: ConstructorParameters<typeof BroadsheetError>[0], text: string) =>
    // No cause: it would carry the command with its arguments, the password of AUTH among them.
    new BroadsheetError(as, text)
  if (/^(WRONGPASS|NOAUTH|NOPERM)|Authentication|invalid password/i.test(message))
    return failure(
      'E_STORE',
      `Redis ${place} refused (${message}): correct user and password in its URL, or what its ACL lets that user do.`,
    )
  if (certificateCodes.has(codeOf(error)))
    return failure(
      'E_STORE',
      `The certificate of Redis ${place} is not trusted (${message}): name its authority by ?ca=<file> in the URL.`,
    )
  if (codeOf(error).startsWith('ERR_SSL') || message.includes('SSL routines'))
    return failure(
      'E_STORE',
      `Redis ${place} does not speak TLS there (${message}): write redis:// for rediss://, or correct the port.`,
    )
  if (message.includes('cluster support disabled'))
    return failure(
      'E_CONFIG',
      `Redis ${place} is no cluster: write redis:// for redis+cluster:// in its URL.`,
    )
  if (message.startsWith('OOM'))
    return failure(
      'E_STORE_FULL',
      `Redis ${place} is full: raise its maxmemory, or free memory there. Work goes on without it meanwhile.`,
    )
  if (message.startsWith('MISCONF'))
    return failure(
      'E_STORE_FULL',
      `Redis ${place} takes no writes since it cannot save to its disk: free space there.`,
    )
  if (busy.test(message) || lost.test(message) || lost.test(codeOf(error))) return awayFailure(message, place)
  return failure('E_INTERNAL', message)
}

/** Will trying again not help until somebody changes the settings? */
export const isRefused = (error: unknown): boolean => {
  const code = codeOf(rootOf(error))
  return (
    /^(WRONGPASS|NOAUTH|NOPERM)|cluster support disabled|SSL routines/.test(messageOf(error)) ||
    certificateCodes.has(code) ||
    code.startsWith('ERR_SSL')
  )
}
