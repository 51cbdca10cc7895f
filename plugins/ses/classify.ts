import { type HttpAnswer, type Message, type Outcome, retryAfterMs } from '../../engine/channel/index.ts'

export interface Verdict {
  readonly outcome: Outcome
  /** Nothing is asked of SES before this is over. */
  readonly holdMs: number | null
  /** The answer is about all that this channel sends, or all from this sender: the rest of a batch need not ask. */
  readonly stops: 'channel' | 'sender' | null
}

const second = 1000
// AWS: "wait for an interval of up to 10 minutes, and then retry". The quota is a window of 24 hours that slides.
const quotaMs = 10 * 60 * second

/** Answers that are about this account, its keys or its settings, and what to do about them. */
const faults: { readonly [type: string]: string } = {
  AccountSuspendedException: 'SES has shut this account down for good. AWS support knows why.',
  SendingPausedException:
    'Sending is paused for this account or configuration set. The SES console says why.',
  MailFromDomainNotVerifiedException: 'The custom MAIL FROM domain has no MX record that SES accepts.',
  NotFoundException: 'Check "configurationSet" and "region".',
  AccessDeniedException: 'The policy of these keys must allow ses:SendEmail and ses:SendRawEmail.',
  UnrecognizedClientException: 'Check "accessKeyId".',
  InvalidClientTokenId: 'Check "accessKeyId".',
  InvalidSignatureException: 'Check "secretAccessKey", "region", and the clock of this machine.',
  SignatureDoesNotMatch: 'Check "secretAccessKey", "region", and the clock of this machine.',
  IncompleteSignatureException: 'Check "accessKeyId" and "secretAccessKey".',
  MissingAuthenticationTokenException: 'Check "endpoint".',
  RequestExpired: 'Check the clock of this machine.',
  ExpiredTokenException: 'The session token has expired: "container" fetches new ones by itself.',
  ExpiredToken: 'The session token has expired: "container" fetches new ones by itself.',
  OptInRequired: 'The account is not signed up for SES in this region.',
  NotAuthorized: 'The policy of these keys must allow ses:SendEmail and ses:SendRawEmail.',
}

/** What became of one letter, by SES's answer to SendEmail. */
export function classify(message: Message, answer: HttpAnswer, now: number): Verdict {
  const { id } = message
  const { status } = answer
  const askedMs = retryAfterMs(answer.headers, now)
  const { type, text } = errorOf(answer)
  const code = type ?? String(status)
  const detail = (hint: string) =>
    `SES: ${[text, hint].filter((part) => part !== '').join(' ')}`.slice(0, 500)
  const verdict = (outcome: Outcome, more: Partial<Verdict> = {}): Verdict => ({
    outcome,
    holdMs: null,
    stops: null,
    ...more,
  })
  const later = (waitMs: number, word: string): Verdict =>
    verdict(
      { id, status: 'transient', code: word, detail: detail(''), scope: 'channel', retryAfterMs: waitMs },
      { holdMs: waitMs },
    )
  const never = (hint = ''): Verdict =>
    verdict({ id, status: 'permanent', code, detail: detail(hint), suppress: false })
  const ours = (hint: string, stops: Verdict['stops'] = 'channel'): Verdict =>
    verdict({ id, status: 'unsent', code, detail: detail(hint) }, { stops })

  if (status >= 200 && status < 300)
    return verdict({ id, status: 'sent', code: null, detail: messageIdOf(answer.body) })

  if ((type !== null && /^(?:TooManyRequests|Throttling)(?:Exception)?$/.test(type)) || status === 429) {
    if (/daily/i.test(text)) return later(Math.max(askedMs ?? 0, quotaMs), 'quota')
    return later(askedMs ?? second, 'rate')
  }
  if (type === 'LimitExceededException') return later(askedMs ?? 60 * second, 'limit')
  if (type === 'MessageRejected') {
    const unverified = /not verified/i.test(text)
    // "The following identities failed the check in region EU-CENTRAL-1: a@example.org, b@example.org"
    if (unverified && !names(text, message.from) && names(text, message.to))
      return never('The account is in the sandbox: it may send to verified addresses only.')
    if (unverified) return ours('Verify the sender or its domain in this region.', 'sender')
    return never()
  }
  if (type !== null && Object.hasOwn(faults, type)) return ours(faults[type]!)
  if (status === 401 || status === 403) return ours('')
  if (status === 404) return ours('Check "endpoint" and "region".')
  if (status >= 300 && status < 400) return ours('It redirects, which is not followed. Check "endpoint".')
  // A setting that SES does not take is no letter's fault.
  if (status === 400 && /configuration ?set|identity ?arn|\barn\b|email ?tag|message tag/i.test(text))
    return ours('Check "configurationSet", "fromEmailAddressIdentityArn" and "tags".')
  if (status === 503) return later(askedMs ?? 5 * second, code)
  // It may have been taken before something failed.
  if (status >= 500) return verdict({ id, status: 'unknown', code, detail: detail('') })
  return never()
}

/** AWS restJson1: the type in a header, before ":", or in the body after "#". */
export function errorOf({ headers, body: json }: Pick<HttpAnswer, 'headers' | 'body'>): {
  readonly type: string | null
  readonly text: string
} {
  const body = parse(json)
  const said = headers['x-amzn-errortype'] ?? textAt(body, '__type') ?? textAt(body, 'code')
  const type = (said ?? '').split(':', 1)[0]!.split('#').at(-1)!.trim()
  return {
    type: /^[A-Za-z]{1,100}$/.test(type) ? type : null,
    text: (textAt(body, 'message') ?? textAt(body, 'Message') ?? '').slice(0, 400),
  }
}

const messageIdOf = (text: string): string | null => {
  const id = textAt(parse(text), 'MessageId')
  return id === null ? null : `MessageId ${id.slice(0, 200)}`
}

/** Does SES's list of identities hold this address, or its domain? */
function names(text: string, address: string): boolean {
  const listed = (text.split(/region [A-Z0-9-]+:/i)[1] ?? text).toLowerCase().split(/[\s,]+/)
  const whole = address.toLowerCase()
  return listed.some((one) => one === whole || one === whole.slice(whole.lastIndexOf('@') + 1))
}

export function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const textAt = (value: unknown, name: string): string | null => {
  const found = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : null
  return typeof found === 'string' ? found : null
}
