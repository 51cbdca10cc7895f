import type { Carried, Message, Outcome, Post } from '../channel/index.ts'
import type { Clock } from '../clock.ts'
import { BroadsheetError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { ChannelState } from '../model/progress.ts'
import type { Courier } from './courier.ts'
import type { Limiter } from './limits/limiter.ts'

/** A channel that others may stand in for, or that stands in for another. */
export interface Link extends Courier<Carried> {
  readonly name: string
  state(): { readonly state: ChannelState }
}

/** Couriers by name, those with stand-ins as chains of them. Refuses with E_CONFIG stand-ins that do not exist or cannot
 *  carry what the channel does. */
export function chainCouriers(
  links: readonly Link[],
  parts: {
    readonly failover: { readonly [name: string]: readonly string[] }
    readonly limiter: Pick<Limiter, 'admitVia' | 'admitRooms'>
    readonly clock: Clock
    readonly log: Log
  },
): ReadonlyMap<string, Courier<Carried>> {
  const byName = new Map(links.map((link) => [link.name, link]))
  const linkOf = (name: string, at: string): Link => {
    const link = byName.get(name)
    if (link) return link
    const known = [...byName.keys()].join(', ') || 'none'
    throw refusal(`${at} names "${name}", and there is no such channel. Configured: ${known}.`)
  }
  const couriers = new Map<string, Courier<Carried>>(byName)
  for (const [name, others] of Object.entries(parts.failover)) {
    const first = linkOf(name, 'failover')
    const rest = others.map((other) => linkOf(other, `failover.${name}`))
    for (const link of rest) {
      const problem = misfit(first, link)
      if (problem !== null) throw refusal(`failover.${name}: ${problem}`)
    }
    couriers.set(name, createChain(first, rest, parts))
  }
  return couriers
}

const refusal = (message: string) => new BroadsheetError('E_CONFIG', message)

/** Why this one cannot stand in for the first. */
function misfit({ name, capabilities }: Link, other: Link): string | null {
  if (capabilities.content !== other.capabilities.content)
    return `"${other.name}" does not carry what "${name}" does: letters and posts are not the same.`
  if (other.capabilities.pending) return null
  const missing = (capabilities.rooms ?? []).filter((room) => !other.capabilities.rooms?.includes(room))
  return missing.length > 0
    ? `"${other.name}" has no room named ${missing.join(', ')}, as "${name}" does.`
    : null
}

/** The first channel, and those that stand in for it, in order, while its breaker is not closed. What a batch brings back
 *  untaken by a channel whose breaker has opened goes on to the next. What was taken, or may have been, stays: nothing is
 *  doubled. Once the first one's breaker closes, the next batch is its own again. */
function createChain(
  first: Link,
  standIns: readonly Link[],
  parts: {
    readonly limiter: Pick<Limiter, 'admitVia' | 'admitRooms'>
    readonly clock: Clock
    readonly log: Log
  },
): Courier<Carried> {
  const { limiter, clock, log } = parts
  const links = [first, ...standIns]
  const isOut = (link: Link) => link.state().state !== 'closed'
  const current = () => links.find((link) => !isOut(link))

  /** The messages that this stand-in can carry, within its own limits. */
  async function admitted(link: Link, messages: readonly Carried[]) {
    const fitting: Carried[] = []
    const held: Outcome[] = []
    for (const message of messages) if (await fits(first, link, message)) fitting.push(message)
    const now = clock.now()
    const grant =
      link.capabilities.content === 'note'
        ? await limiter.admitRooms(
            link.name,
            fitting.map(({ to }) => to),
            now,
          )
        : await limiter.admitVia(
            link.name,
            fitting.map(({ to }) => to),
            now,
          )
    const going = new Set(grant.admitted)
    const retryAfterMs = Math.max(1, (grant.nextAt ?? now) - now)
    for (const [i, { id }] of fitting.entries())
      if (!going.has(i)) held.push(waiting(id, link.name, retryAfterMs))
    return { going: fitting.filter((_, i) => going.has(i)), held }
  }

  return {
    capabilities: first.capabilities,
    contact: first.contact,
    via: () => (current() ?? first).name,
    blockedUntil() {
      const link = current()
      if (link) return link.blockedUntil()
      return Math.min(...links.map((one) => one.blockedUntil() ?? clock.now()))
    },
    lives: () => links.reduce((sum, link) => sum + link.lives(), 0),
    async send(batch, signal, admittedBy = first.name) {
      // All are out: the first one's own words say what is wrong.
      if (current() === undefined) return first.send(batch, signal)
      const outcomes = new Map<number, Outcome>()
      let rest = batch
      for (const link of links) {
        if (rest.length === 0 || signal.aborted) break
        if (isOut(link)) continue
        const own = link.name === admittedBy ? { going: rest, held: [] } : await admitted(link, rest)
        for (const outcome of own.held) outcomes.set(outcome.id, outcome)
        if (own.going.length === 0) continue
        const asked = link === first ? own.going : own.going.map(withoutReceipt)
        for (const outcome of await link.send(asked, signal))
          outcomes.set(outcome.id, link === first ? outcome : tagged(outcome, link.name))
        rest = isOut(link) ? own.going.filter(({ id }) => isUntaken(outcomes.get(id))) : []
        if (rest.length > 0)
          log.info({ channel: first.name, by: link.name, messages: rest.length }, 'channel.failed_over')
      }
      return batch.map(({ id }) => outcomes.get(id) ?? nobody(id))
    },
  }
}

/** Sending it again by another way cannot double it. */
const isUntaken = (outcome: Outcome | undefined): boolean =>
  outcome?.status === 'unsent' || (outcome?.status === 'transient' && outcome.scope === 'channel')

/** A room has a name in both; a person's contact with one is hardly one with the other. */
async function fits(first: Link, link: Link, { to }: Carried): Promise<boolean> {
  if (link === first || link.capabilities.content === 'mime') return true
  if (link.capabilities.rooms?.includes(to)) return true
  return link.contact !== undefined && (await link.contact(to)) === null
}

// Receipts are of the channel that gave them.
const withoutReceipt = (message: Message | Post): Carried =>
  'note' in message && message.earlier !== null ? { ...message, earlier: null } : message

function tagged(outcome: Outcome, name: string): Outcome {
  const detail = outcome.detail === null ? `by ${name}` : `by ${name}: ${outcome.detail}`
  if (outcome.status !== 'sent') return { ...outcome, detail }
  const { receipt: _, ...rest } = outcome
  return { ...rest, detail }
}

const waiting = (id: number, name: string, retryAfterMs: number): Outcome => ({
  id,
  status: 'transient',
  code: 'limit',
  detail: `by ${name}: it waits for that channel's limits`,
  scope: 'channel',
  retryAfterMs,
})

const nobody = (id: number): Outcome => ({
  id,
  status: 'unsent',
  code: 'channel',
  detail: 'No channel that stands in could carry it.',
})
