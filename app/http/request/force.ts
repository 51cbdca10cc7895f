import { z } from 'zod'
import type { Parts } from '../api.ts'
import { callerOf, permit } from './authorise.ts'

/** Go on where the preflight refuses. */
export const forceSchema = z
  .boolean()
  .default(false)
  .describe('Go on where the preflight refuses. Takes the scope `system:write`, too, and is logged.')

/** The settings say what is refused: who may change those may also go past it. Rejects with E_FORBIDDEN. */
export async function permitForce(request: unknown, { auth }: Pick<Parts, 'auth'>): Promise<void> {
  permit(await callerOf(request, auth), 'system:write')
}
