import { createSign } from 'node:crypto'
import type { FetchRequest, FetchResult } from '../../engine/ports/fetcher.ts'
import { type Certificate, makeCertificate } from './certificate.ts'

export const topicArn = 'arn:aws:sns:eu-central-1:123456789012:broadsheet-feedback'
export const certificateUrl =
  'https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-9c6465fa7f48f5cacd23014631ec1136.pem'

export type SnsMessage = Record<string, unknown>

/** SNS with a key and a certificate of its own: signs messages as the real one does, and answers what it is fetched for. */
export interface Sns {
  /** One message, signed. `change` is made before it is signed. */
  notification(message: unknown, change?: SnsMessage): SnsMessage
  confirmation(change?: SnsMessage): SnsMessage
  /** Signs anything in place of `Signature`. */
  sign(message: SnsMessage): SnsMessage
  /** What lies at SNS, by address; `answers` overrides and adds. */
  readonly answers: Map<string, FetchResult>
  /** Every address that was asked for. */
  readonly asked: string[]
  readonly fetcher: { get(request: FetchRequest): Promise<FetchResult> }
}

/** SNS signs with RSA and SHA-1 (version 1, the default of a topic) or SHA-256 (version 2). */
export function createSns(
  options: {
    readonly now: () => number
    readonly version?: '1' | '2'
    readonly certificate?: Certificate
  } = { now: () => Date.now() },
): Sns {
  const { now, version = '1' } = options
  const { key, cert } = options.certificate ?? makeCertificate(['sns.amazonaws.com'], [], { kind: 'rsa' })
  const answers = new Map<string, FetchResult>([[certificateUrl, content(certificateUrl, cert)]])
  const asked: string[] = []
  let last = 0

  const sign = (message: SnsMessage): SnsMessage => {
    // In the order of AWS's page "Verifying the signatures of Amazon SNS messages".
    const names =
      message.Type === 'Notification'
        ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
        : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type']
    const text = names
      .filter((name) => message[name] !== undefined)
      .map((name) => `${name}\n${String(message[name])}\n`)
      .join('')
    const digest = message.SignatureVersion === '2' ? 'sha256' : 'sha1'
    return { ...message, Signature: createSign(digest).update(text).sign(key, 'base64') }
  }
  const common = () => ({
    MessageId: `22b80b92-fdea-4c2c-8f9d-${String(++last).padStart(12, '0')}`,
    TopicArn: topicArn,
    Timestamp: new Date(now()).toISOString(),
    SignatureVersion: version,
    SigningCertURL: certificateUrl,
  })

  return {
    answers,
    asked,
    sign,
    notification: (message, change = {}) =>
      sign({ Type: 'Notification', ...common(), Message: JSON.stringify(message), ...change }),
    confirmation: (change = {}) =>
      sign({
        Type: 'SubscriptionConfirmation',
        ...common(),
        Token: '2336412f37fb687f5d51e6e2425dacbb',
        Message: 'You have chosen to subscribe to the topic.\nTo confirm, visit the SubscribeURL.',
        SubscribeURL: `https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${topicArn}&Token=2336412f37fb687f5d51e6e2425dacbb`,
        ...change,
      }),
    fetcher: {
      async get({ url }) {
        asked.push(url)
        return (
          answers.get(url) ?? { kind: 'failed', code: 'status', detail: 'answered 404', retryAfterMs: null }
        )
      },
    },
  }
}

export const content = (url: string, text: string): FetchResult => ({
  kind: 'content',
  url,
  movedTo: null,
  etag: null,
  lastModified: null,
  maxAgeMs: null,
  contentType: null,
  body: Buffer.from(text),
})
