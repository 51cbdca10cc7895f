import { isAbsent, type Resolver } from '../ports/resolver.ts'
import type { SenderQuestion } from './domain.ts'
import { blocked, ok, type PreflightLine, unknown } from './line.ts'

/** Each outgoing address has a name that leads back to it, and the name in EHLO is one that is there. */
export async function lookAtHosts(
  { outgoing, helo }: Pick<SenderQuestion, 'outgoing' | 'helo'>,
  resolver: Resolver,
): Promise<readonly PreflightLine[]> {
  const id = 'host.names'
  if (outgoing.length === 0) return []
  const names: string[] = []
  for (const ip of outgoing) {
    const found = await resolver.ptr(ip)
    if (found.failure !== undefined) {
      if (!isAbsent(found.failure)) return [unknown(id, 'DNS did not answer', 'Look again later.', ip)]
      return [blocked(id, `${ip} has no name`, 'Let whoever gave you the address set its PTR record.', ip)]
    }
    const name = found.ok[0]!
    const back = await (ip.includes(':') ? resolver.aaaa(name) : resolver.a(name))
    if (back.failure !== undefined && !isAbsent(back.failure))
      return [unknown(id, 'DNS did not answer', 'Look again later.', name)]
    if (!(back.ok ?? []).includes(ip))
      return [blocked(id, `${ip} is called ${name}, which leads elsewhere`, `Point ${name} to ${ip}.`, name)]
    names.push(name)
  }
  if (helo !== null && !helo.startsWith('[')) {
    const [four, six] = await Promise.all([resolver.a(helo), resolver.aaaa(helo)])
    if (
      four.failure !== undefined &&
      six.failure !== undefined &&
      isAbsent(four.failure) &&
      isAbsent(six.failure)
    )
      return [
        blocked(
          id,
          `EHLO says "${helo}", which is not there`,
          `Set "localName" of the channel to ${names[0]!}.`,
          helo,
        ),
      ]
  }
  return [ok(id, names.join(', '))]
}
