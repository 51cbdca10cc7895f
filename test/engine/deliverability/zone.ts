import { createResolver } from '../../../app/dns/resolver.ts'
import type { Resolver } from '../../../engine/ports/resolver.ts'
import { type NameServer, startNameServer, type Zone } from '../../app/dns/name-server.ts'

export interface PlayedDns extends AsyncDisposable {
  readonly resolver: Resolver
  readonly server: NameServer
}

/** Real questions and answers over loopback, from `zone`. */
export async function playDns(zone: Zone): Promise<PlayedDns> {
  const server = await startNameServer(zone)
  return {
    server,
    resolver: createResolver({ servers: [server.address], timeoutMs: 200, tries: 1 }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
