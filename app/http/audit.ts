import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../../engine/clock.ts'
import { BroadsheetError } from '../../engine/errors.ts'
import type { NewAuditEntry } from '../../engine/model/audit.ts'
import type { AuditLog } from '../access/audit.ts'
import type { Caller } from '../access/caller.ts'
import { operationId, subjectNoun } from './operation-id.ts'
import type { Auth } from './request/auth.ts'
import type { RouteScope } from './request/authorise.ts'

/** Write down every change by the API, and every attempt at one by a caller that is known: who, what, to what, and how it
 *  went; bodies never. Changes of access are written before they are answered. Reports of alerts and beats are not written
 *  down: an alert keeps its own history, and they come by the thousand. */
export function useAudit(app: FastifyInstance, options: { auth: Auth; audit: AuditLog; clock: Clock }): void {
  const { auth, audit, clock } = options
  const written = new WeakSet<FastifyRequest>()
  const made = new WeakMap<FastifyRequest, string>()

  const entryOf = async (request: FastifyRequest, status: number): Promise<NewAuditEntry | null> => {
    const { method, url } = operationOf(request)
    // Who is over the limit would only fill the log; an answer given again changed nothing.
    const caller = status === 429 || url === '' ? null : await auth.identify(request).catch(() => null)
    if (caller === null) return null
    return {
      at: clock.now(),
      caller: whoIs(caller),
      action: operationId(method, url),
      subject: subjectOf(url, request.params as Params, made.get(request)),
      outcome: status < 400 ? 'done' : status < 500 ? 'refused' : 'failed',
      requestId: request.id,
      address: caller.kind === 'local' ? null : request.ip,
      detail: status < 400 ? {} : { status },
    }
  }

  app.addHook('onSend', async (request, reply, payload) => {
    if (!isChange(request) || wasReplayed(reply)) return payload
    const id = typeof payload === 'string' ? /^\{(?:"user":\{)?"id":(\d+)[,}]/.exec(payload)?.[1] : undefined
    if (id !== undefined) made.set(request, id)
    if (!isOfAccess(request) || written.has(request)) return payload
    written.add(request)
    const entry = await entryOf(request, reply.statusCode)
    if (entry !== null)
      await audit.write(entry).catch((cause: unknown) => {
        throw new BroadsheetError(
          'E_STORE',
          `It was ${entry.outcome}, but could not be written into the audit log. Look at how things are before you repeat it.`,
          { cause },
        )
      })
    return payload
  })
  app.addHook('onResponse', async (request, reply) => {
    if (!isChange(request) || wasReplayed(reply) || written.has(request)) return
    const entry = await entryOf(request, reply.statusCode)
    if (entry !== null) audit.note(entry)
  })
  app.addHook('onClose', () => audit.close())
}

interface Params {
  readonly [name: string]: string | number
}

export const whoIs = ({ kind, id, name }: Caller): NewAuditEntry['caller'] => ({ kind, id, name })

const operationOf = ({ method, routeOptions: { url = '' } }: FastifyRequest) => ({ method, url })

const isChange = ({ method, routeOptions: { config, url } }: FastifyRequest): boolean =>
  url !== undefined &&
  method !== 'GET' &&
  method !== 'HEAD' &&
  config.audit !== false &&
  config.scope !== undefined &&
  config.scope !== 'public' &&
  !config.scope.endsWith(':read')

const ofAccess: readonly RouteScope[] = ['access:write', 'user']
const isOfAccess = ({ routeOptions: { config } }: FastifyRequest): boolean =>
  config.scope !== undefined && ofAccess.includes(config.scope)

const wasReplayed = (reply: FastifyReply): boolean => reply.hasHeader('idempotency-replayed')

/** `campaign/12`. Of what was just made, the id that it got. An e-mail address in a path is nobody's business here. */
function subjectOf(url: string, params: Params, id: string | undefined): string | null {
  const noun = subjectNoun(url)
  const [first] = Object.entries(params ?? {})
  if (first === undefined) return id === undefined ? null : `${noun}/${id}`
  const [name, value] = first
  if (name === 'address') return null
  return `${noun}/${name === 'idOrName' && id !== undefined ? id : value}`
}
