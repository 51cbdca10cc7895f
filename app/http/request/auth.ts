import type { FastifyRequest } from 'fastify'
import { BroadsheetError } from '../../../engine/errors.ts'
import { scopes } from '../../../engine/model/scope.ts'
import type { Caller } from '../../access/caller.ts'
import type { KeyRing } from '../../access/keys.ts'
import { hashOf } from '../../access/secret.ts'
import type { Sessions, SignedIn } from '../../access/sessions.ts'
import { sessionSecretOf } from './cookie.ts'

export interface Auth {
  /** The caller of a request, or null. Reads the store at most once a request. */
  identify(request: FastifyRequest): Promise<Caller | null>
  /** Rejects with E_AUTH. */
  require(request: FastifyRequest): Promise<Caller>
  /** Whose cookie it is; null where the caller is no user. */
  signedIn(request: FastifyRequest): Promise<SignedIn | null>
  /** Would the request still be let in? For answers that take long. */
  stands(request: FastifyRequest): Promise<boolean>
}

const basicApi = '/api/v2/'

/** A request's `Authorization` counts before its cookie: programs in a browser may send both. */
export function createAuth(options: {
  readonly keys: KeyRing
  readonly sessions: Sessions
  readonly tokens: readonly string[]
}): Auth {
  const { keys, sessions } = options
  const tokens = new Set(options.tokens.map(hashOf))
  const callers = new WeakMap<FastifyRequest, Promise<Caller | null>>()
  const people = new WeakMap<FastifyRequest, Promise<SignedIn | null>>()

  const byKey = async (secret: string): Promise<Caller | null> => {
    const hash = hashOf(secret)
    return tokens.has(hash) ? local : keys.find(hash)
  }
  const byCookie = async (request: FastifyRequest): Promise<SignedIn | null> => {
    if (request.headers.authorization !== undefined) return null
    const secret = sessionSecretOf(request)
    return secret === null ? null : sessions.find(secret)
  }
  const lookup = async (
    request: FastifyRequest,
    person: (request: FastifyRequest) => Promise<SignedIn | null>,
  ): Promise<Caller | null> => {
    const secret = keyOf(request)
    return secret === null ? ((await person(request))?.caller ?? null) : byKey(secret)
  }

  const auth: Auth = {
    identify(request) {
      let caller = callers.get(request)
      if (caller === undefined) {
        caller = lookup(request, auth.signedIn)
        callers.set(request, caller)
      }
      return caller
    },
    async require(request) {
      const caller = await auth.identify(request)
      if (caller !== null) return caller
      throw new BroadsheetError('E_AUTH', whyNot(request))
    },
    signedIn(request) {
      let person = people.get(request)
      if (person === undefined) {
        person = byCookie(request)
        people.set(request, person)
      }
      return person
    },
    stands: async (request) => (await lookup(request, byCookie)) !== null,
  }
  return auth
}

const local: Caller = { kind: 'local', id: 'local', name: 'command line', scopes: new Set(scopes) }

function whyNot(request: FastifyRequest): string {
  if (request.headers.authorization !== undefined)
    return 'The API key is not known here. It may have been removed, or be over; `broadsheet key list` shows those there are.'
  if (sessionSecretOf(request) !== null) return 'You are not signed in any more. Sign in again.'
  return 'Send an API key as "Authorization: Bearer bs_...". `broadsheet key create` makes one.'
}

/** Alertmanager's clients may also say the key as the password of HTTP Basic. Elsewhere that is refused: browsers send such
 *  a password along with requests that other sites cause. */
function keyOf({ headers: { authorization }, url }: FastifyRequest): string | null {
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
