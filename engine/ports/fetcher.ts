/** One document of the web, asked for politely. */
export interface FetchRequest {
  readonly url: string
  readonly accept: string
  readonly etag: string | null
  readonly lastModified: string | null
  /** Of the body, unpacked. */
  readonly maxBytes: number
  /** Of all of it: names, connections, redirects, body. */
  readonly timeoutMs: number
}

/** `refused`: the address is one that may not be reached. */
export type FetchFailure =
  | 'refused'
  | 'name'
  | 'connection'
  | 'timeout'
  | 'redirects'
  | 'status'
  | 'encoding'
  | 'size'

interface Answer {
  /** Where it has moved for good: the target of an unbroken chain of 301 and 308. Null where it has not. */
  readonly movedTo: string | null
  readonly etag: string | null
  readonly lastModified: string | null
  /** `max-age` of Cache-Control. */
  readonly maxAgeMs: number | null
}
export type FetchResult =
  | (Answer & {
      readonly kind: 'content'
      /** What answered, after all redirects. */
      readonly url: string
      readonly contentType: string | null
      readonly body: Uint8Array
    })
  | (Answer & { readonly kind: 'unchanged' })
  /** 410: it will not come back. */
  | { readonly kind: 'gone' }
  | {
      readonly kind: 'failed'
      readonly code: FetchFailure
      /** What is wrong, for people: `answered 500`. */
      readonly detail: string
      /** The server's own Retry-After. */
      readonly retryAfterMs: number | null
    }

/** Fetches over HTTP. Calls overlap. Never rejects: what goes wrong is an outcome. */
export interface Fetcher {
  get(request: FetchRequest, signal: AbortSignal): Promise<FetchResult>
  close(): Promise<void>
}
