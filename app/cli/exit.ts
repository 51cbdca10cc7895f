import { BroadsheetError, type ErrorCode } from '../../engine/errors.ts'

/** What the exit code of a command says. */
export const exitCodes = {
  ok: 0,
  /** A defect in Broadsheet, or a Node that is too old. */
  defect: 1,
  /** The command line itself: unknown command, option or missing argument. */
  usage: 2,
  /** The settings are not valid. */
  config: 3,
  /** What was asked for was refused: bad input, no such thing, not in this state. */
  refused: 4,
  /** No daemon answers there, or the key is not accepted. */
  unreachable: 5,
  /** Another process has the store open. */
  locked: 6,
  /** The database is damaged. */
  corrupt: 7,
  /** The store could not be reached, or its disk is full. */
  store: 8,
  /** The daemon could not listen on its port. */
  listen: 9,
  /** Done, but something did not go through: refused rows, failed or unknown deliveries, failed checks. */
  partial: 10,
  /** Ctrl+C. */
  interrupted: 130,
} as const
export type ExitName = keyof typeof exitCodes

/** In the few words that the help and the reference have for it. */
export const exitMeanings: { readonly [name in ExitName]: string } = {
  ok: 'done',
  defect: 'a defect',
  usage: 'wrong command line',
  config: 'wrong settings',
  refused: 'refused by the daemon',
  unreachable: 'no daemon, or a wrong key',
  locked: 'another process has the store open',
  corrupt: 'the database is damaged',
  store: 'the store cannot be reached, or its disk is full',
  listen: 'the daemon cannot listen on its port',
  partial: 'done, but something did not go through',
  interrupted: 'interrupted',
}

/** A refusal by the command itself, before or instead of one by the daemon. */
export class CliError extends Error {
  readonly exit: ExitName

  constructor(exit: ExitName, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CliError'
    this.exit = exit
  }
}

const byCode: { readonly [code in ErrorCode]?: ExitName } = {
  E_CONFIG: 'config',
  E_VAULT: 'config',
  E_AUTH: 'unreachable',
  E_STORE_LOCKED: 'locked',
  E_STORE_CORRUPT: 'corrupt',
  E_STORE_FULL: 'store',
  E_STORE_BUSY: 'store',
  E_STORE: 'store',
  E_TIMEOUT: 'unreachable',
  E_OVERLOAD: 'unreachable',
  E_STOPPING: 'unreachable',
  E_INTERNAL: 'defect',
}
const listenCodes = ['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL', 'ENOTFOUND']

export function exitFor(error: unknown): ExitName {
  if (error instanceof CliError) return error.exit
  if (!(error instanceof BroadsheetError)) return 'defect'
  const cause = (error.cause as { code?: string } | undefined)?.code
  if (error.code === 'E_CONFIG' && listenCodes.includes(cause ?? '')) return 'listen'
  return byCode[error.code] ?? 'refused'
}
