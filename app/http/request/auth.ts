import { createHash, randomBytes } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Clock } from '../../../engine/clock.ts'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { ApiKey } from '../../../engine/model/api-key.ts'
import { type Scope, scopes } from '../../../engine/model/scope.ts'
import type { Collection } from '../../../engine/ports/collection.ts'

/** Who asks: a stored key, somebody who signed in, or a command on this machine by a token of this process's own. */
export interface Caller {
  readonly kind: 'local' | 'key' | 'user'
  /** Of the key or the user; `local`. The same id may be there in another kind. */
  readonly id: string
  /** For people. */
  readonly name: string
  readonly scopes: ReadonlySet<Scope>
}

/** One text a caller, over all kinds. */
export const callerKey = ({ kind, id }: Caller): string => (kind === 'local' ? id : `${kind}:${id}`)

export interface Auth {
  /** The caller of a request, or null. Reads the store at most once a request. */
  identify(request: FastifyRequest): Promise<Caller | null>
  /** Rejects with E_AUTH. */
  require(request: FastifyRequest): Promise<Caller>
  /** Keys were made or removed here: forget what was read. */
  refresh(): void
}

const prefix = 'bs_'
const basicApi = '/api/v2/'
// A key that another daemon on the same store made is known after the first, one that it removed refused
// after the second.
const missMs = 1000
const staleMs = 5000

export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')

/** A new key's secret: 256 bits, with a prefix by which scanners of leaked secrets can know it. */
export const newSecret = (): string => prefix + randomBytes(32).toString('base64url')

/** Bearer keys against the store. There are few keys, so all their hashes are held, not only recent ones:
 *  a stranger's guesses evict nothing and cost one read a second at most. */
export function createAuth(options: {
  readonly keys: Collection<ApiKey>
  readonly tokens: readonly string[]
  readonly clock: Clock
}): Auth {
  const { keys, clock } = options
  const tokens = new Map(options.tokens.map((token) => [hashOf(token), local]))
  const callers = new WeakMap<FastifyRequest, Promise<Caller | null>>()
  let known: Map<string, Caller> | null = null
  let readAt = 0
  let reading: Promise<Map<string, Caller>> | null = null
  let generation = 0

  const read = async (): Promise<Map<string, Caller>> => {
    const begun = generation
    const found = new Map<string, Caller>()
    let after = 0
    for (;;) {
      const page = await keys.page({ after, limit: 1000 })
      for (const key of page.rows) found.set(key.hash, callerOf(key))
      if (page.next === null) break
      after = page.next
    }
    if (begun === generation) {
      known = found
      readAt = clock.now()
    }
    return found
  }
  const reread = (): Promise<Map<string, Caller>> => {
    reading ??= read().finally(() => {
      reading = null
    })
    return reading
  }

  const lookup = async (secret: string): Promise<Caller | null> => {
    const hash = hashOf(secret)
    const own = find(tokens, hash)
    if (own !== null) return own
    let hashes = known
    if (hashes === null || clock.now() - readAt >= staleMs) hashes = await reread()
    const caller = find(hashes, hash)
    if (caller !== null || clock.now() - readAt < missMs) return caller
    return find(await reread(), hash)
  }

  const auth: Auth = {
    identify(request) {
      let caller = callers.get(request)
      if (caller === undefined) {
        const secret = secretOf(request)
        caller = secret === null ? Promise.resolve(null) : lookup(secret)
        callers.set(request, caller)
      }
      return caller
    },
    async require(request) {
      const caller = await auth.identify(request)
      if (caller !== null) return caller
      throw new BroadsheetError(
        'E_AUTH',
        request.headers.authorization === undefined
          ? 'Send an API key as "Authorization: Bearer bs_...". `broadsheet key create` makes one.'
          : 'The API key is not known here. It may have been removed; `broadsheet key list` shows those there are.',
      )
    },
    refresh() {
      generation++
      known = null
      reading = null
    },
  }
  return auth
}

/** Alertmanager's clients may also say the key as the password of HTTP Basic. Elsewhere that is refused: browsers send such
 *  a password along with requests that other sites cause. */
function secretOf({ headers: { authorization }, url }: FastifyRequest): string | null {
  const bearer = bearerOf(authorization)
  if (bearer !== null || !url.startsWith(basicApi)) return bearer
  const [, encoded] =
    (authorization !== undefined && authorization.length <= 512 && basic.exec(authorization)) || []
  if (encoded === undefined) return null
  const pair = Buffer.from(encoded, 'base64').toString('utf8')
  return pair.slice(pair.indexOf(':') + 1) || null
}

const basic = /^Basic +([A-Za-z0-9+/]+=*)$/i
const bearerOf = (header: string | undefined): string | null =>
  (header !== undefined && header.length <= 512 && /^Bearer +(\S+)$/i.exec(header)?.[1]) || null

const local: Caller = { kind: 'local', id: 'local', name: 'command line', scopes: new Set(scopes) }
const callerOf = ({ id, name }: ApiKey): Caller => ({
  kind: 'key',
  id: String(id),
  name,
  scopes: new Set(scopes),
})

/** Finding by digest is what a constant-time comparison is for: how long it takes depends on SHA-256 of what was
 *  sent, which nobody can steer towards a stored one. */
const find = (callers: ReadonlyMap<string, Caller>, hash: string): Caller | null => callers.get(hash) ?? null
