import type { IncomingMessage } from 'node:http'
import type { Clock } from '../../../engine/clock.ts'

// As long as nginx's `lingering_timeout`.
const lingerMs = 5000

/** Let a client that is still sending hear its refusal. Closing at once would answer what it sends with a reset,
 *  and a reset takes the answer away before it is read. What still comes is thrown away, for `lingerMs` at most.
 *  The answer must not say `connection: close`. */
export function linger(request: IncomingMessage, clock: Clock): void {
  const cancel = clock.after(lingerMs, () => request.socket.destroy())
  request.once('close', cancel)
}
