import type { FastifyRequest } from 'fastify'
import type { ApiKeyId } from '../../../engine/model/ids.ts'
import type { Parts } from '../api.ts'

/** Who asks, for people: the name of the key; of this machine's own commands "command line". */
export async function callerName(request: unknown, { auth, engine }: Parts): Promise<string> {
  const { id } = await auth.require(request as FastifyRequest)
  const key = /^\d+$/.test(id) ? await engine.store.apiKeys.get(Number(id) as ApiKeyId) : null
  return key?.name ?? 'command line'
}
