import type { FastifyRequest } from 'fastify'
import type { Proof } from '../../../engine/model/consent.ts'

/** An operator's word: by a program, or by hand on the command line. */
export function operatorProof(request: unknown, at: number, words: string | null = null): Proof {
  const agent = (request as FastifyRequest).headers['user-agent'] ?? ''
  const source = agent.startsWith('broadsheet-cli') ? 'cli' : 'api'
  return { source, at, ip: null, userAgent: null, origin: null, words }
}
