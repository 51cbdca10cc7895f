import { verify, X509Certificate } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '../../engine/clock.ts'

/** What SNS posts to an HTTP endpoint. SNS may add fields. */
const envelopeSchema = z.object({
  Type: z.enum(['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation']),
  MessageId: z.string().min(1).max(100),
  TopicArn: z.string().max(500),
  Subject: z.string().max(1000).nullish(),
  Message: z.string(),
  Timestamp: z.iso.datetime(),
  SignatureVersion: z.enum(['1', '2']),
  Signature: z.base64().max(2000),
  SigningCertURL: z.string().max(500),
  SubscribeURL: z.string().max(2000).optional(),
  Token: z.string().max(1000).optional(),
})
export type SnsEnvelope = z.infer<typeof envelopeSchema>

export type SnsVerdict =
  | { readonly status: 'ok'; readonly envelope: SnsEnvelope }
  /** It is not to be believed, whoever sends it again. */
  | { readonly status: 'refused'; readonly why: string }
  /** It could not be looked into just now: SNS shall send it again. */
  | { readonly status: 'later'; readonly why: string }

/** The PEM at this address. Rejects where it cannot be had just now. */
export type CertificateSource = (url: string) => Promise<string>

// SNS tries an HTTP endpoint for an hour at most; what is older was recorded by somebody.
const maxAgeMs = 75 * 60_000
const maxAheadMs = 5 * 60_000
// One or two are in use at a time; the number bounds what strangers can make us remember.
const maxCertificates = 16

/** Looks into what came to a hook: signed by SNS, of one of these topics, just now. */
export function createSnsVerifier(parts: { readonly certificate: CertificateSource; readonly clock: Clock }) {
  const { clock } = parts
  const certificates = new Map<string, Promise<X509Certificate>>()

  function certificateAt(url: string): Promise<X509Certificate> {
    const known = certificates.get(url)
    if (known !== undefined) return known
    const fetched = parts.certificate(url).then((pem) => new X509Certificate(pem))
    certificates.set(url, fetched)
    if (certificates.size > maxCertificates) certificates.delete(certificates.keys().next().value!)
    fetched.catch(() => certificates.delete(url))
    return fetched
  }

  return async function look(body: string, topicArns: readonly string[]): Promise<SnsVerdict> {
    const refused = (why: string): SnsVerdict => ({ status: 'refused', why })
    const envelope = read(body)
    if (envelope === null) return refused('is no message of SNS (raw message delivery must be off)')
    const { TopicArn, SigningCertURL } = envelope
    if (!topicArns.includes(TopicArn)) return refused('is of a topic that is not in "topicArns"')
    const region = regionOf(TopicArn)
    if (region === null || !isCertificateUrl(SigningCertURL, region))
      return refused('names a certificate that is not at SNS')
    const ageMs = clock.now() - Date.parse(envelope.Timestamp)
    if (ageMs > maxAgeMs || ageMs < -maxAheadMs) return refused('is not of this hour')
    let certificate: X509Certificate
    try {
      certificate = await certificateAt(SigningCertURL)
    } catch (error) {
      return { status: 'later', why: error instanceof Error ? error.message : String(error) }
    }
    if (!isOfSns(certificate, clock.now())) return refused('names a certificate that is not valid for SNS')
    const digest = envelope.SignatureVersion === '2' ? 'sha256' : 'sha1'
    const signed = Buffer.from(stringToSign(envelope))
    return verify(digest, signed, certificate.publicKey, Buffer.from(envelope.Signature, 'base64'))
      ? { status: 'ok', envelope }
      : refused('is not signed by SNS')
  }
}
export type SnsVerifier = ReturnType<typeof createSnsVerifier>

function read(body: string): SnsEnvelope | null {
  try {
    return envelopeSchema.parse(JSON.parse(body))
  } catch {
    return null
  }
}

/** AWS, "Verifying the signatures of Amazon SNS messages": names and values in this order, a line each; a Subject only where
 *  there is one. */
function stringToSign(envelope: SnsEnvelope): string {
  const { Message, MessageId, Subject, SubscribeURL, Timestamp, Token, TopicArn, Type } = envelope
  const fields =
    Type === 'Notification'
      ? { Message, MessageId, Subject, Timestamp, TopicArn, Type }
      : { Message, MessageId, SubscribeURL, Timestamp, Token, TopicArn, Type }
  return Object.entries(fields)
    .map(([name, value]) => (value === undefined || value === null ? '' : `${name}\n${value}\n`))
    .join('')
}

/** `arn:aws:sns:eu-central-1:123456789012:bounces`. */
export const regionOf = (topicArn: string): string | null =>
  /^arn:aws(?:-[a-z-]+)?:sns:([a-z0-9-]+):\d{12}:[A-Za-z0-9_.-]{1,256}$/.exec(topicArn)?.[1] ?? null

/** A file that SNS itself keeps: its API answers under the same host, and repeats what it is asked. */
export function isCertificateUrl(text: string, region: string): boolean {
  const url = snsUrl(text, region)
  return (
    url !== null &&
    url.search === '' &&
    /^\/SimpleNotificationService-[0-9a-f]{8,64}\.pem$/.test(url.pathname)
  )
}

/** The one call that confirms this topic's subscription. */
export function isConfirmUrl(text: string, topicArn: string): boolean {
  const region = regionOf(topicArn)
  const url = region === null ? null : snsUrl(text, region)
  return (
    url !== null &&
    url.pathname === '/' &&
    url.searchParams.get('Action') === 'ConfirmSubscription' &&
    url.searchParams.get('TopicArn') === topicArn
  )
}

/** Null for everything but an https address of SNS in this region. */
function snsUrl(text: string, region: string): URL | null {
  const url = URL.parse(text)
  if (url === null || url.protocol !== 'https:' || url.username !== '' || url.password !== '') return null
  return [`sns.${region}.amazonaws.com`, `sns.${region}.amazonaws.com.cn`].includes(url.host) ? url : null
}

// The certificate came over TLS from SNS's own host, which is what its issuer would say too.
function isOfSns(certificate: X509Certificate, now: number): boolean {
  return (
    now >= certificate.validFromDate.getTime() &&
    now <= certificate.validToDate.getTime() &&
    /^CN=sns(?:[.-][a-z0-9.-]*)?\.amazonaws\.com(?:\.cn)?$/m.test(certificate.subject)
  )
}
