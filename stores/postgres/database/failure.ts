import { BroadsheetError } from '../../../engine/errors.ts'

// SQLSTATE: PostgreSQL's Appendix A.
const transient = new Set([
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '55P03', // lock_not_available: lock_timeout
])
const gone = new Set([
  '25P03', // idle_in_transaction_session_timeout
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now: it is starting or recovering
  '57P05', // idle_session_timeout
  '25006', // read_only_sql_transaction: it is a replica now
])
const network = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
])

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** May the same be asked again at once, since nothing of it was done? */
export const isTransient = (error: unknown): boolean => transient.has(codeOf(error))

/** A statement that was prepared before a migration. */
export const outOfDate = (error: unknown): boolean =>
  codeOf(error) === '0A000' && messageOf(error).includes('cached plan')

/** Did a unique key refuse it? Also of what `failureOf` made of it. */
export const isUnique = (error: unknown): boolean =>
  codeOf(error) === '23505' || (error instanceof BroadsheetError && codeOf(error.cause) === '23505')

/** Is something not as the caller read it, or was another node quicker to make it? Also of what `failureOf` made of it.
 *  U0409 is raised by Broadsheet's own functions (migrations/desk-functions.ts). */
export const isConflict = (error: unknown): boolean =>
  isUnique(error) ||
  codeOf(error) === 'U0409' ||
  (error instanceof BroadsheetError && codeOf(error.cause) === 'U0409')

/** Is the database away, for now? */
export const isAway = (error: unknown): boolean => {
  const code = codeOf(error)
  return (
    gone.has(code) ||
    network.has(code) ||
    code.startsWith('08') ||
    code === '53300' || // too_many_connections
    /Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error/.test(
      messageOf(error),
    )
  )
}

/** What went wrong, in words for whoever runs it. `place`: `host:port/name`. */
export function failureOf(error: unknown, place: string): BroadsheetError {
  if (error instanceof BroadsheetError) return error
  const code = codeOf(error)
  const message = messageOf(error)
  const failure = (as: ConstructorParameters<typeof BroadsheetError>[0], text: string) =>
    new BroadsheetError(as, text, { cause: error })
  if (isAway(error))
    return failure(
      'E_STORE',
      `The database ${place} cannot be reached (${message}): check that it runs and that this machine may connect. Everything goes on by itself when it is back.`,
    )
  if (code === '53100')
    return failure(
      'E_STORE_FULL',
      `The disk of the database ${place} is full: free space there. Nothing of this write was kept; what was acknowledged before is.`,
    )
  if (code === '57014')
    return failure('E_STORE_BUSY', `The database ${place} took too long and was stopped: try again.`)
  if (transient.has(code))
    return failure(
      'E_STORE_BUSY',
      `The database ${place} was held by others again and again (${message}): try again.`,
    )
  if (code === 'XX001' || code === 'XX002')
    return failure(
      'E_STORE_CORRUPT',
      `The database ${place} is damaged (${message}): stop it and restore a backup.`,
    )
  if (code === '28P01' || code === '28000' || code === '3D000' || code === '42501')
    return failure(
      'E_STORE',
      `The database ${place} refused (${message}): correct "store" or what that user may do.`,
    )
  if (code === '22021' || code === '22P05')
    return failure('E_INPUT', 'A text holds the character U+0000, which PostgreSQL cannot keep: take it out.')
  return failure('E_INTERNAL', code === '' ? message : `${code}: ${message}`)
}
