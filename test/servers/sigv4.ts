import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

export interface SignedMessage {
  readonly method: string
  /** Path and query, as they came. */
  readonly target: string
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string | undefined }
  readonly body: Buffer
}

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text, 'utf8').digest()
const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex')

/** AWS Signature Version 4 as the receiving side computes it, from AWS's page "Create a signed AWS API request". Gives the
 *  hex digits that an Authorization must end with. */
export function expectedSignature(
  message: SignedMessage,
  secretAccessKey: string,
  scope: { readonly region: string; readonly service: string },
  signedHeaders: readonly string[],
): string {
  const { method, target, headers, body } = message
  const [path = '/', query = ''] = target.split('?')
  const canonical = [
    method,
    path,
    query.split('&').sort().join('&'),
    ...signedHeaders.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}`),
    '',
    signedHeaders.join(';'),
    sha256(body),
  ].join('\n')
  const time = headers['x-amz-date'] ?? ''
  const day = time.slice(0, 8)
  const credentialScope = `${day}/${scope.region}/${scope.service}/aws4_request`
  const key = hmac(
    hmac(hmac(hmac(`AWS4${secretAccessKey}`, day), scope.region), scope.service),
    'aws4_request',
  )
  return hmac(key, `AWS4-HMAC-SHA256\n${time}\n${credentialScope}\n${sha256(canonical)}`).toString('hex')
}

export interface AwsFault {
  readonly status: number
  readonly type: string
  readonly message: string
}

/** What AWS answers to a request that it cannot accept as signed; null: it is in order. */
export function signatureFault(
  message: SignedMessage,
  options: {
    readonly keys: readonly {
      readonly accessKeyId: string
      readonly secretAccessKey: string
      readonly sessionToken?: string
      readonly expired?: boolean
    }[]
    readonly region: string
    readonly service: string
    readonly now: number
  },
): AwsFault | null {
  const fault = (type: string, text: string): AwsFault => ({ status: 403, type, message: text })
  const { authorization = '', 'x-amz-date': time = '' } = message.headers
  if (authorization === '')
    return fault('MissingAuthenticationTokenException', 'Missing Authentication Token')
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      authorization,
    )
  if (parts === null)
    return fault('IncompleteSignatureException', `Authorization header requires 'Credential' parameter.`)
  const [, accessKeyId, day, region = '', service = '', names = '', given = ''] = parts
  const key = options.keys.find((one) => one.accessKeyId === accessKeyId)
  if (key === undefined)
    return fault('UnrecognizedClientException', 'The security token included in the request is invalid.')
  if (region !== options.region || service !== options.service || day !== time.slice(0, 8))
    return fault(
      'InvalidSignatureException',
      `Credential should be scoped to a valid region, not '${region}'.`,
    )
  const sentAt = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  if (!(Math.abs(options.now - sentAt) <= 5 * 60_000))
    return fault(
      'InvalidSignatureException',
      `Signature expired: ${time} is now earlier than allowed (5 min.)`,
    )
  const signedHeaders = names.split(';')
  const needed = [
    'host',
    'x-amz-date',
    ...(message.body.length > 0 ? ['content-type'] : []),
    ...(key.sessionToken === undefined ? [] : ['x-amz-security-token']),
  ]
  if (!needed.every((name) => signedHeaders.includes(name)))
    return fault('InvalidSignatureException', `'${needed.join(', ')}' must be signed.`)
  const expected = expectedSignature(message, key.secretAccessKey, { region, service }, signedHeaders)
  if (!timingSafeEqual(Buffer.from(expected), Buffer.from(given)))
    return fault(
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    )
  if ((message.headers['x-amz-security-token'] ?? undefined) !== key.sessionToken)
    return fault('UnrecognizedClientException', 'The security token included in the request is invalid.')
  if (key.expired === true)
    return fault('ExpiredTokenException', 'The security token included in the request is expired')
  return null
}
