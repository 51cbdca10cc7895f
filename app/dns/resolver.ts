import { Resolver as NodeResolver } from 'node:dns/promises'
import { LRUCache } from 'lru-cache'
import type { DnsAnswer, DnsFailure, Resolver } from '../../engine/ports/resolver.ts'

/** Node tells the lifetime of A and AAAA records only, and whoever has just mended a record wants to see it: answers are kept
 *  for one sitting. Behind this the system's resolver keeps them as their TTL says. */
const keptMs = 60_000
const maxKept = 500

const failures: { readonly [code: string]: DnsFailure } = {
  ENOTFOUND: 'nxdomain',
  ENODATA: 'nodata',
  // An IDN or a label that is too long: no such name can be there.
  EBADNAME: 'nxdomain',
  EBADQUERY: 'nxdomain',
  ETIMEOUT: 'timeout',
  ECANCELLED: 'timeout',
  ECONNREFUSED: 'timeout',
}

/** Asks the system's name servers, or `servers` where there are some (`127.0.0.1:5353`, `[::1]:5353`). An answer takes at most about
 *  `timeoutMs` times `tries` for each server. Silence is not kept. */
export function createResolver(
  options: {
    readonly servers?: readonly string[]
    readonly timeoutMs?: number
    readonly tries?: number
    readonly now?: () => number
  } = {},
): Resolver {
  const { servers, timeoutMs = 2000, tries = 2, now = () => performance.now() } = options
  const node = new NodeResolver({ timeout: timeoutMs, tries, maxTimeout: timeoutMs })
  if (servers !== undefined && servers.length > 0) node.setServers(servers)
  const kept = new LRUCache<string, { readonly until: number; readonly answer: Promise<DnsAnswer<unknown>> }>(
    {
      max: maxKept,
    },
  )

  function ask<T>(kind: string, name: string, look: () => Promise<readonly T[]>): Promise<DnsAnswer<T>> {
    const key = `${kind} ${name.toLowerCase()}`
    const known = kept.get(key)
    if (known !== undefined && known.until > now()) return known.answer as Promise<DnsAnswer<T>>
    const answer = answerOf(look)
    kept.set(key, { until: now() + keptMs, answer })
    void answer.then(({ failure }) => {
      if (failure === 'timeout' || failure === 'broken') kept.delete(key)
    })
    return answer
  }

  return {
    txt: (name) => ask('txt', name, async () => (await node.resolveTxt(name)).map((parts) => parts.join(''))),
    a: (name) => ask('a', name, () => node.resolve4(name)),
    aaaa: (name) => ask('aaaa', name, () => node.resolve6(name)),
    mx: (name) =>
      ask('mx', name, async () =>
        (await node.resolveMx(name)).map(({ exchange, priority }) => ({
          host: exchange,
          preference: priority,
        })),
      ),
    cname: (name) => ask('cname', name, () => node.resolveCname(name)),
    ptr: (address) => ask('ptr', address, () => node.resolvePtr(reverseName(address))),
  }
}

async function answerOf<T>(look: () => Promise<readonly T[]>): Promise<DnsAnswer<T>> {
  try {
    const ok = await look()
    return ok.length === 0 ? { failure: 'nodata' } : { ok }
  } catch (error) {
    return { failure: failures[(error as NodeJS.ErrnoException).code ?? ''] ?? 'broken' }
  }
}

/** Where the names of an address are (RFC 1035 3.5, RFC 3596 2.5). Not `reverse`: that reads this machine's hosts file, which
 *  nobody else sees. */
function reverseName(address: string): string {
  if (!address.includes(':')) return `${address.split('.').reverse().join('.')}.in-addr.arpa`
  const [head = '', tail] = address.toLowerCase().split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const gap = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  const groups = [...before, ...Array.from({ length: gap }, () => '0'), ...after]
  const digits = groups.map((group) => group.padStart(4, '0')).join('')
  return `${digits.split('').reverse().join('.')}.ip6.arpa`
}
