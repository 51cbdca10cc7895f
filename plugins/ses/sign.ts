import aws4 from 'aws4'

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Of temporary credentials; null of a user's own keys. */
  readonly sessionToken: string | null
}

/** AWS Signature Version 4 over these headers (names in lower case), the host, the time and the body: all headers that the
 *  request must carry. */
export function signRequest(request: {
  readonly method: string
  readonly url: string
  readonly headers: { readonly [name: string]: string }
  readonly body: Buffer | null
  readonly region: string
  readonly service: string
  readonly credentials: Credentials
  /** Epoch milliseconds. AWS refuses what is five minutes off. */
  readonly at: number
}): { readonly headers: { readonly [name: string]: string } } {
  const { method, url, body, region, service, credentials, at } = request
  const { host, pathname, search } = new URL(url)
  const { accessKeyId, secretAccessKey, sessionToken } = credentials
  const time = new Date(at).toISOString().replace(/[:-]|\.\d{3}/g, '')
  const signer = new aws4.RequestSigner(
    {
      method,
      host,
      path: pathname + search,
      service,
      region,
      headers: {
        ...request.headers,
        host,
        'x-amz-date': time,
        ...(sessionToken !== null && { 'x-amz-security-token': sessionToken }),
      },
      // It would add Content-Length to what is signed, which the HTTP client writes.
      doNotModifyHeaders: true,
      ...(body !== null && { body }),
    },
    { accessKeyId, secretAccessKey },
  )
  // Said twice, since with `doNotModifyHeaders` it does not look for the time in them either.
  signer.datetime = time
  const { headers } = signer.sign()
  return { headers: headers as Record<string, string> }
}
