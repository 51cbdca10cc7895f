/** Every refusal Broadsheet can make: HTTP status and a title. Messages name the thing, what is wrong
 *  with it and what to do. docs/errors.md holds the same table; a test compares the two. */
export const errorTable = {
  E_INPUT: { status: 400, title: 'The request does not fit the schema' },
  E_BODY: { status: 400, title: 'The body could not be read' },
  E_ADDRESS: { status: 400, title: 'The address is not a valid e-mail address' },
  E_TEMPLATE: { status: 422, title: 'The template does not compile' },
  E_ASSET: { status: 422, title: 'The file cannot be kept as an asset' },
  E_RENDER: { status: 422, title: 'The letter could not be rendered' },
  E_PREFLIGHT: { status: 422, title: 'Large providers would refuse these letters' },
  E_AUTH: { status: 401, title: 'An API key is needed' },
  E_SIGN_IN: { status: 401, title: 'Name, password or code is not right' },
  E_SECOND_FACTOR: { status: 401, title: 'A code of the second factor is needed, too' },
  E_PASSWORD: { status: 422, title: 'The password is too easy to guess' },
  E_FORBIDDEN: { status: 403, title: 'The caller may not do that' },
  E_TOKEN: { status: 404, title: 'The link is not valid' },
  E_NOT_FOUND: { status: 404, title: 'No such thing' },
  E_EXISTS: { status: 409, title: 'It exists already' },
  E_CONFLICT: { status: 409, title: 'It was changed by somebody else meanwhile' },
  E_STATE: { status: 409, title: 'Not possible in its present state' },
  E_IN_USE: { status: 409, title: 'Something still refers to it' },
  E_IDEMPOTENCY: { status: 409, title: 'The Idempotency-Key was used for another request' },
  E_CHANNEL_UNKNOWN: { status: 400, title: 'No channel of that name' },
  E_CHANNEL: { status: 502, title: 'The channel could not be reached' },
  E_EGRESS: { status: 403, title: 'The address is not one that may be fetched' },
  E_FETCH: { status: 502, title: 'The address could not be fetched' },
  E_FEED: { status: 422, title: 'The feed could not be read' },
  E_CONFIG: { status: 400, title: 'The configuration is not valid' },
  E_METHOD: { status: 405, title: 'The route does not know that method' },
  E_TIMEOUT: { status: 408, title: 'The request did not arrive in time' },
  E_TOO_LARGE: { status: 413, title: 'The body is too large' },
  E_MEDIA_TYPE: { status: 415, title: 'The body has a type that the route does not take' },
  E_HEADERS: { status: 431, title: 'The headers are too large' },
  E_LIMIT: { status: 429, title: 'Too many requests' },
  E_STORE_LOCKED: { status: 503, title: 'Another process has the store open' },
  E_STORE_CORRUPT: { status: 503, title: 'The database is damaged' },
  E_STORE_FULL: { status: 507, title: 'The disk is full' },
  E_QUOTA: { status: 507, title: 'There is no room left for it' },
  E_STORE_BUSY: { status: 503, title: 'The store is busy' },
  E_STORE: { status: 503, title: 'The store could not be reached' },
  E_VAULT: { status: 503, title: 'A secret cannot be sealed or opened' },
  E_OVERLOAD: { status: 503, title: 'There is too much to do just now' },
  E_STOPPING: { status: 503, title: 'The daemon is stopping' },
  E_INTERNAL: { status: 500, title: 'A defect in Broadsheet' },
} as const satisfies Record<string, { status: number; title: string }>

export type ErrorCode = keyof typeof errorTable

/** One place in the input that is wrong. `path` is a JSON path such as `sender.address` or `rows[3].topics`. */
export interface Issue {
  readonly path: string
  readonly message: string
}

/** The one error class. Crosses threads as `toJSON()` and comes back by `BroadsheetError.from`. */
export class BroadsheetError extends Error {
  readonly code: ErrorCode
  readonly issues: readonly Issue[]

  constructor(
    code: ErrorCode,
    message: string,
    options: { issues?: readonly Issue[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'BroadsheetError'
    this.code = code
    this.issues = options.issues ?? []
  }

  get status(): number {
    return errorTable[this.code].status
  }

  toJSON(): { code: ErrorCode; message: string; issues: readonly Issue[] } {
    return { code: this.code, message: this.message, issues: this.issues }
  }

  static from(json: { code: ErrorCode; message: string; issues?: readonly Issue[] }): BroadsheetError {
    return new BroadsheetError(json.code, json.message, { issues: json.issues ?? [] })
  }
}
