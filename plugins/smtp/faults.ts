/** What is wrong with the connection, as opposed to a refusal of one letter.
 *  unreachable: no TCP connection. timeout: no answer in time. tls, auth, protocol: as they say.
 *  refused: a 4xx or 5xx to the greeting, EHLO or AUTH. disconnected: it ended. aborted: by ourselves. */
export type FaultKind =
  | 'unreachable'
  | 'timeout'
  | 'tls'
  | 'auth'
  | 'protocol'
  | 'refused'
  | 'disconnected'
  | 'aborted'

export class SmtpFault extends Error {
  readonly kind: FaultKind

  constructor(kind: FaultKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'SmtpFault'
    this.kind = kind
  }
}

export const asFault = (error: unknown): SmtpFault =>
  error instanceof SmtpFault
    ? error
    : new SmtpFault('protocol', error instanceof Error ? error.message : String(error), error)

const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** A failed connect in words that say what to do. */
export function connectFault(error: Error, host: string, port: number): SmtpFault {
  const code = errorCode(error)
  const at = `${host}:${port}`
  const say = (text: string) => new SmtpFault('unreachable', text, error)
  if (code === 'ECONNREFUSED') {
    return say(
      `Nothing listens at ${at}: the connection was refused. Check host and port, and that the SMTP server runs.`,
    )
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return say(
      `The name in ${at} could not be resolved (${code}). Check "host", and that this machine's DNS works.`,
    )
  }
  if (code === 'ETIMEDOUT' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH') {
    return say(`${at} cannot be reached (${code}). Check the network and firewalls on the way.`)
  }
  return say(`The connection to ${at} failed: ${error.message || code || error.name}.`)
}

/** A failed TLS handshake in words that say what to do. */
export function tlsFault(error: Error, host: string, port: number): SmtpFault {
  const code = errorCode(error)
  const at = `${host}:${port}`
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return new SmtpFault(
      'tls',
      `${at} does not speak TLS there. For a server that begins in plain text set security to "starttls".`,
      error,
    )
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO|HOSTNAME|ALTNAME/.test(code)) {
    return new SmtpFault(
      'tls',
      `The certificate of ${at} was not accepted (${code}: ${error.message}). ` +
        'Set tls.servername or tls.ca, or tls.rejectUnauthorized to false if you know the way is safe.',
      error,
    )
  }
  return new SmtpFault('tls', `TLS with ${at} failed: ${error.message}`, error)
}
