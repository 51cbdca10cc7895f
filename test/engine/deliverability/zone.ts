import { createResolver } from '../../../app/dns/resolver.ts'
import type { Resolver } from '../../../engine/ports/resolver.ts'
import { type NameServer, startNameServer, type Zone } from '../../app/dns/name-server.ts'

export interface PlayedDns extends AsyncDisposable {
  readonly resolver: Resolver
  readonly server: NameServer
}

/** Real questions and answers over loopback, from `zone` as it is then. `now`: the clock by which answers grow old. */
export async function playDns(zone: Zone, now?: () => number): Promise<PlayedDns> {
  const server = await startNameServer(zone)
  return {
    server,
    resolver: createResolver({ servers: [server.address], timeoutMs: 200, tries: 1, ...(now && { now }) }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
