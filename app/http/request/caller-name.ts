import type { Parts } from '../api.ts'
import { callerOf } from './authorise.ts'

/** Who asks, for people: the name of the key or the user; of this machine's own commands "command line". */
export const callerName = async (request: unknown, { auth }: Pick<Parts, 'auth'>): Promise<string> =>
  (await callerOf(request, auth)).name
