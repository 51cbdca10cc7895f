import type { EngineConfig } from '../../config.ts'
import { domainOf } from '../../model/address.ts'
import type { EpochMs } from '../../model/ids.ts'
import type { BucketRequest, BucketStore } from '../../ports/buckets.ts'
import { type Limited, requestOf } from './limited.ts'
import { channelScope, createPauses, type Pauses, roomScope } from './pauses.ts'
import { type Cut, createSlowDown, noSlowDown, type SlowDown } from './slow-down.ts'
import { createWarmUps } from './warm-up.ts'

/** Indexes of those that may go now, and when the first of the others may; null when all may. */
export interface Admission {
  readonly admitted: readonly number[]
  readonly nextAt: EpochMs | null
}

/** How many may go now, by the buckets of channel, sender, recipient domain and room, and by the days of new senders:
 *  of all nodes together, over restarts. What is admitted is taken from the buckets. */
export interface Limiter extends Pauses {
  /** What holds letters of this sender over this channel back now, which may change with every batch. `none`: `admit` need
   *  not be asked. `slowed`: only what servers asked for; admitting more than is sent does no harm. `limited`: settings. */
  pressure(channel: string, sender: string, now: EpochMs): 'none' | 'slowed' | 'limited'
  /** Letters. */
  admit(channel: string, sender: string, addresses: readonly string[], now: EpochMs): Promise<Admission>
  /** Letters that were admitted, and whose channel another one stands in for: by that one's own limits alone. */
  admitVia(channel: string, addresses: readonly string[], now: EpochMs): Promise<Admission>
  /** Posts, by the room or the person that each is for. Those whose place asked to be left alone are not admitted. */
  admitRooms(channel: string, rooms: readonly string[], now: EpochMs): Promise<Admission>
  /** What became of letters over a channel, outcome by letter: who asks for less gets less. */
  hear: (...tried: Parameters<SlowDown['hear']>) => void
  /** Another node had to slow down. */
  follow: SlowDown['follow']
  /** What goes slower over a channel now, because servers asked for it. */
  slowed: SlowDown['slowed']
}

/** Some of what wants to go, and the buckets that all of it must pass. */
interface Group {
  /** The domain or room. */
  readonly name: string
  readonly indexes: number[]
  readonly limits: readonly Limited[]
}

const own = <T>(table: { readonly [key: string]: T }, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined

export function createLimiter(
  { limits, calendar }: Pick<EngineConfig, 'limits' | 'calendar'>,
  buckets: BucketStore,
  onCut: (cut: Cut) => void = () => {},
  /** No other node has these buckets. */
  alone = false,
): Limiter {
  const anyDomain = Object.keys(limits.domain).length > 0
  const pauses = createPauses(buckets, alone)
  const slowDown = limits.slowDown === null ? noSlowDown : createSlowDown(limits.slowDown)
  const warmUps = createWarmUps(limits.warmUp, calendar.timeZone)

  const channelLimits = (channel: string): readonly Limited[] => {
    const limit = own(limits.channel, channel)
    return limit ? [[channelScope(channel), limit]] : []
  }
  const senderLimits = (sender: string, now: EpochMs): readonly Limited[] => {
    const limit = own(limits.sender, sender)
    const ramp = warmUps.ofSender(sender, now)
    return limit ? [[`sender:${sender}`, limit], ...ramp] : ramp
  }
  const domainLimits = (sender: string, domain: string, now: EpochMs): readonly Limited[] => {
    const limit = own(limits.domain, domain) ?? limits.domain['*']
    const ramp = warmUps.ofDomain(sender, domain, now)
    return limit ? [[`domain:${domain}`, limit], ...ramp] : ramp
  }
  const roomLimits = (channel: string, room: string): readonly Limited[] => {
    const limit = own(limits.room, `${channel}/${room}`) ?? own(limits.room, `${channel}/*`)
    return limit ? [[roomScope(channel, room), limit]] : []
  }

  /** What each group may have, in part where it is not all: the least that one of its buckets grants. */
  async function take(groups: readonly Group[], now: EpochMs) {
    const requests = groups.flatMap(({ limits: all, indexes }) =>
      all.map((limited) => requestOf(limited, indexes.length)),
    )
    const grants = requests.length === 0 ? [] : await buckets.take(requests, now)
    const unused: BucketRequest[] = []
    const times: EpochMs[] = []
    let first = 0
    const allowed = groups.map(({ indexes, limits: all }) => {
      const mine = grants.slice(first, first + all.length)
      const least = Math.min(indexes.length, ...mine.map(({ granted }) => granted))
      // It goes on when the last of the buckets that held it up has one more.
      const late = mine.filter(({ granted }) => granted === least && granted < indexes.length)
      if (late.length > 0) times.push(Math.max(...late.map(({ nextAt }) => nextAt)))
      for (const [i, { granted }] of mine.entries())
        if (granted > least) unused.push({ ...requests[first + i]!, want: granted - least })
      first += all.length
      return least
    })
    return { allowed, unused, times }
  }

  /** The shared buckets come last: they are asked only for what the groups let through. */
  async function admit(
    groups: readonly Group[],
    shared: readonly Limited[],
    now: EpochMs,
  ): Promise<Admission> {
    const { allowed, unused, times } = await take(groups, now)
    const groupOf = new Map<number, Group>()
    for (const [i, group] of groups.entries())
      for (const index of group.indexes.slice(0, allowed[i])) groupOf.set(index, group)
    const admitted = [...groupOf.keys()].toSorted((a, b) => a - b)
    if (shared.length > 0 && admitted.length > 0) {
      const rest = await take([{ name: '', indexes: admitted, limits: shared }], now)
      times.push(...rest.times)
      unused.push(...rest.unused)
      for (const index of admitted.splice(rest.allowed[0]!))
        for (const limited of groupOf.get(index)!.limits) unused.push(requestOf(limited, 1))
    }
    if (unused.length > 0) await buckets.giveBack(unused, now)
    return { admitted, nextAt: times.length === 0 ? null : Math.min(...times) }
  }

  /** The same behind what servers asked for, which this node knows by itself. */
  async function admitSlowly(
    channel: string,
    groups: readonly Group[],
    shared: readonly Limited[],
    now: EpochMs,
  ): Promise<Admission> {
    if (!slowDown.applies(channel, now)) return admit(groups, shared, now)
    const times: EpochMs[] = []
    const take = (domain: string | null, want: number): number => {
      const { granted, nextAt } = slowDown.take(channel, domain, want, now)
      if (granted < want) times.push(nextAt)
      return granted
    }
    for (const { name, indexes } of groups) indexes.length = take(name, indexes.length)
    const domains = new Map(groups.flatMap(({ name, indexes }) => indexes.map((index) => [index, name])))
    const going = [...domains.keys()].toSorted((a, b) => a - b)
    going.length = take(null, going.length)
    const chosen = new Set(going)
    const { admitted, nextAt } = await admit(
      groups
        .map((group) => ({ ...group, indexes: group.indexes.filter((index) => chosen.has(index)) }))
        .filter(({ indexes }) => indexes.length > 0),
      shared,
      now,
    )
    const gone = new Set(admitted)
    for (const [index, domain] of domains) if (!gone.has(index)) slowDown.giveBack(channel, domain, 1)
    slowDown.giveBack(channel, null, going.length - admitted.length)
    if (nextAt !== null) times.push(nextAt)
    return { admitted, nextAt: times.length === 0 ? null : Math.min(...times) }
  }

  return {
    ...pauses,
    follow: slowDown.follow,
    slowed: slowDown.slowed,
    hear(...tried) {
      for (const cut of slowDown.hear(...tried)) onCut(cut)
    },
    pressure(channel, sender, now) {
      const limited =
        anyDomain ||
        Object.hasOwn(limits.channel, channel) ||
        Object.hasOwn(limits.sender, sender) ||
        warmUps.nextDay(sender, now) !== null
      return limited ? 'limited' : slowDown.applies(channel, now) ? 'slowed' : 'none'
    },

    async admit(channel, sender, addresses, now) {
      const groups = groupsBy(addresses.map(domainOf), (domain) => domainLimits(sender, domain, now))
      const shared = [...channelLimits(channel), ...senderLimits(sender, now)]
      const { admitted, nextAt } = await admitSlowly(channel, groups, shared, now)
      const nextDay = nextAt === null ? null : warmUps.nextDay(sender, now)
      return { admitted, nextAt: nextDay === null ? nextAt : Math.min(nextAt!, nextDay) }
    },

    admitVia: (channel, addresses, now) =>
      admitSlowly(
        channel,
        groupsBy(addresses.map(domainOf), () => []),
        channelLimits(channel),
        now,
      ),

    async admitRooms(channel, rooms, now) {
      const names = [...new Set(rooms)]
      const [whole, ...ends] = await pauses.pausedUntil(
        [channelScope(channel), ...names.map((room) => roomScope(channel, room))],
        now,
      )
      if (whole != null) return { admitted: [], nextAt: rooms.length === 0 ? null : whole }
      const resting = new Map(names.flatMap((room, i) => (ends[i] == null ? [] : [[room, ends[i]]])))
      const groups = groupsBy(rooms, (room) => roomLimits(channel, room)).filter(
        ({ indexes }) => !resting.has(rooms[indexes[0]!]!),
      )
      const { admitted, nextAt } = await admit(groups, channelLimits(channel), now)
      const times = nextAt === null ? [...resting.values()] : [nextAt, ...resting.values()]
      return { admitted, nextAt: times.length === 0 ? null : Math.min(...times) }
    },
  }
}

/** Indexes by what they have in common. */
function groupsBy(
  names: readonly string[],
  limitsOf: (name: string) => readonly Limited[],
): readonly Group[] {
  const groups = new Map<string, Group>()
  for (const [i, name] of names.entries()) {
    const known = groups.get(name)
    if (known) known.indexes.push(i)
    else groups.set(name, { name, indexes: [i], limits: limitsOf(name) })
  }
  return [...groups.values()]
}
