import type { FastifyRequest } from 'fastify'
import type { Parts } from '../api.ts'

/** Who asks, for people: the name of the key or the user; of this machine's own commands "command line". */
export const callerName = async (request: unknown, { auth }: Pick<Parts, 'auth'>): Promise<string> =>
  (await auth.require(request as FastifyRequest)).name
