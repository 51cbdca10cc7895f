import type { Caps } from '../../../engine/config.ts'
import { audienceOf } from '../../../engine/model/audience.ts'
import type { ChunkLease, ChunkRef, ChunkWork, DueChunk, PlanProgress } from '../../../engine/model/chunk.ts'
import type { Delivery } from '../../../engine/model/delivery.ts'
import type { EpochMs, PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import type { PublicationSpec } from '../../../engine/model/publication.ts'
import type { Intent, LedgerStore } from '../../../engine/ports/ledger.ts'
import {
  capDayMs,
  capWeekMs,
  countsOf,
  freesOnceKey,
  intended,
  interrupted,
  isFull,
  mayWrite,
  recovered,
  type Standing,
  settled,
} from '../../rules/ledger.ts'
import { noSuch } from '../../rules/refusals.ts'
import { bouncedStatus } from '../../rules/subscriber.ts'
import { bulkConsent } from '../../rules/subscription.ts'
import { cutWaves } from '../../rules/waves.ts'
import { audienceAfter, isStillWanted } from '../audience.ts'
import type { MemorySuppressions } from '../people/suppressions.ts'
import {
  appendConsent,
  appendEvent,
  type MemoryChunk,
  type MemoryPublication,
  type MemoryState,
  reasonAgainst,
} from '../state.ts'

export function createLedger(state: MemoryState, suppressions: MemorySuppressions): LedgerStore {
  const runOf = (id: PublicationId): MemoryPublication => {
    const run = state.publications.get(id)
    if (run === undefined) throw noSuch('publication', id)
    return run
  }

  const write = (run: MemoryPublication, row: Delivery): void => {
    const before = run.deliveries.get(row.subscriberId)
    if (before !== undefined) run.rows[before.state] -= 1
    run.deliveries.set(row.subscriberId, row)
    run.rows[row.state] += 1
  }
  const erase = (run: MemoryPublication, id: SubscriberId): void => {
    const before = run.deliveries.get(id)
    if (before === undefined) return
    run.rows[before.state] -= 1
    run.deliveries.delete(id)
  }
  const record = (row: Delivery, at: EpochMs): void => {
    if (row.state !== 'sent' && row.state !== 'failed') return
    const { publicationId, subscriberId, channel, code, detail } = row
    appendEvent(state, { publicationId, subscriberId, channel, type: row.state, at, code, detail })
  }

  const holderOf = (run: MemoryPublication, id: SubscriberId): PublicationId | undefined => {
    const key = run.publication.spec.onceKey
    return key === null ? undefined : state.once.get(key)?.get(id)
  }
  const takeOnce = (run: MemoryPublication, id: SubscriberId): void => {
    const key = run.publication.spec.onceKey
    if (key === null) return
    const holders = state.once.get(key) ?? new Map<SubscriberId, PublicationId>()
    state.once.set(key, holders.set(id, run.publication.id))
  }
  const freeOnce = (run: MemoryPublication, id: SubscriberId): void => {
    const key = run.publication.spec.onceKey
    if (key !== null && holderOf(run, id) === run.publication.id) state.once.get(key)?.delete(id)
  }

  const isFullNow = (run: MemoryPublication, id: SubscriberId, now: EpochMs, caps: Caps | null): boolean => {
    if (caps === null) return false
    const own = state.settings.get(id)?.maxPerWeek ?? null
    if (caps.maxPerDay === null && caps.maxPerWeek === null && own === null) return false
    const sent = state.events.filter((event) => event.subscriberId === id && event.type === 'sent')
    const onTheWay = [...state.publications.values()].filter(
      ({ publication, deliveries }) =>
        publication.id !== run.publication.id &&
        publication.state === 'running' &&
        deliveries.get(id)?.state === 'handing',
    ).length
    const had = (ms: number) => onTheWay + sent.filter((event) => event.at > now - ms).length
    return isFull(caps, own, { day: had(capDayMs), week: had(capWeekMs) })
  }

  const standingOf = (
    run: MemoryPublication,
    id: SubscriberId,
    { now, caps }: { readonly now: EpochMs; readonly caps: Caps | null },
  ): Standing => {
    const { spec } = run.publication
    const subscriber = state.subscribers[id - 1]
    const holder = holderOf(run, id)
    return {
      status: subscriber?.status ?? 'erased',
      wanted: isStillWanted(state, audienceOf(spec), id),
      suppression: reasonAgainst(state, subscriber?.address ?? ''),
      taken: holder !== undefined && holder !== run.publication.id,
      full: isFullNow(run, id, now, caps),
    }
  }

  const ranOut = (chunk: MemoryChunk) => chunk.leaseUntil <= state.monotonic()
  const isDue = (chunk: MemoryChunk, now: EpochMs): boolean =>
    chunk.state === 'leased'
      ? ranOut(chunk)
      : chunk.state !== 'done' && (chunk.dueAt === null || chunk.dueAt <= now)

  /** The chunk, if this lease is still the one that may write it. */
  const held = (lease: ChunkLease): { run: MemoryPublication; chunk: MemoryChunk } | null => {
    const run = state.publications.get(lease.publicationId)
    const chunk = run?.chunks[lease.seq]
    if (run === undefined || chunk === undefined) return null
    return chunk.state === 'leased' && chunk.epoch === lease.epoch ? { run, chunk } : null
  }

  const recover = (run: MemoryPublication, chunk: MemoryChunk, now: EpochMs): number => {
    let count = 0
    for (const id of chunk.ids) {
      const row = run.deliveries.get(id)
      if (row?.state !== 'handing') continue
      const next = recovered(run.publication.spec.uncertain, now)
      write(run, { ...row, ...next, uncertain: row.uncertain + 1, code: interrupted, detail: null })
      count += 1
    }
    return count
  }

  const workOf = (run: MemoryPublication, chunk: MemoryChunk, now: EpochMs): readonly ChunkWork[] => {
    const fresh: ChunkWork[] = []
    const retries: ChunkWork[] = []
    for (const subscriberId of chunk.ids) {
      const row = run.deliveries.get(subscriberId)
      if (row === undefined) fresh.push({ subscriberId, attempt: 1 })
      else if (row.state === 'retry' && (row.dueAt ?? 0) <= now)
        retries.push({ subscriberId, attempt: row.attempt + 1 })
    }
    return [...fresh, ...retries]
  }

  const progress = (run: MemoryPublication, done: boolean): PlanProgress => ({
    chunks: run.chunks.length,
    recipients: run.audience,
    done,
  })

  const writeIntent = (
    run: MemoryPublication,
    chunk: MemoryChunk,
    intent: Intent,
    now: EpochMs,
    caps: Caps | null,
  ): 'granted' | 'refused' => {
    const { subscriberId, attempt, picks } = intent
    const row = run.deliveries.get(subscriberId)
    if (!chunk.ids.includes(subscriberId) || !mayWrite(row, intent)) return 'refused'
    const next: Delivery = {
      publicationId: run.publication.id,
      subscriberId,
      channel: run.publication.spec.channel,
      chunk: chunk.seq,
      ...intended(intent, standingOf(run, subscriberId, { now, caps })),
      attempt,
      uncertain: row?.uncertain ?? 0,
      dueAt: null,
      picks: picks === null ? (row?.picks ?? null) : picks.slice(),
      updatedAt: now,
    }
    write(run, next)
    if (next.state === 'handing') takeOnce(run, subscriberId)
    else if (freesOnceKey(next)) freeOnce(run, subscriberId)
    record(next, now)
    return next.state === 'handing' ? 'granted' : 'refused'
  }

  const wavesOf = (spec: PublicationSpec, ids: readonly SubscriberId[]) => {
    const zoneOf = (id: SubscriberId) => state.subscribers[id - 1]?.timeZone ?? null
    return cutWaves(
      spec,
      ids.map((id) => ({ id, zone: zoneOf(id) })),
    )
  }

  return {
    async plan(publicationId, { chunkSize, maxChunks }) {
      const run = runOf(publicationId)
      const { spec } = run.publication
      if (run.publication.state !== 'planning') return progress(run, true)
      for (let cut = 0; cut < maxChunks; cut += 1) {
        const after = (run.plannedTo ?? 0) as SubscriberId | 0
        const ids = audienceAfter(state, audienceOf(spec), { after, limit: chunkSize })
        run.plannedTo = ids.at(-1) ?? run.plannedTo ?? 0
        for (const { dueAt, ids: together } of wavesOf(spec, ids)) {
          const seq = run.chunks.length
          run.chunks.push({ seq, ids: together, state: 'open', epoch: 0, leaseUntil: 0, dueAt })
          run.audience += together.length
        }
        if (ids.length === chunkSize) continue
        const runs = state.campaigns.get(run.publication.campaignId)?.state === 'running'
        run.publication = { ...run.publication, state: runs ? 'running' : 'paused' }
        return progress(run, true)
      }
      return progress(run, false)
    },
    async due({ now, limit }) {
      const found: DueChunk[] = []
      for (const { publication, chunks } of state.publications.values()) {
        if (publication.state !== 'running') continue
        for (const chunk of chunks) {
          if (found.length === limit) return found
          if (!isDue(chunk, now)) continue
          found.push({ publicationId: publication.id, seq: chunk.seq, dueAt: chunk.dueAt ?? now })
        }
      }
      return found
    },
    async lease({ publicationId, seq }: ChunkRef, { owner, leaseMs, now }) {
      const run = state.publications.get(publicationId)
      const chunk = run?.chunks[seq]
      if (run === undefined || chunk === undefined) return null
      if (run.publication.state !== 'running' || !isDue(chunk, now)) return null
      chunk.epoch += 1
      chunk.state = 'leased'
      chunk.dueAt = null
      chunk.leaseUntil = state.monotonic() + leaseMs
      const count = recover(run, chunk, now)
      return {
        publicationId,
        seq,
        owner,
        epoch: chunk.epoch,
        work: workOf(run, chunk, now),
        recovered: count,
      }
    },
    async renew(leases, leaseMs) {
      const found = leases.map(held).filter((one) => one !== null)
      for (const { chunk } of found) chunk.leaseUntil = state.monotonic() + leaseMs
      return found.length
    },
    async intend(lease, intents, { leaseMs, now, caps = null }) {
      const { run, chunk } = held(lease) ?? {}
      if (run === undefined || chunk === undefined) return { status: 'stale' }
      if (run.publication.state !== 'running') return { status: 'halted', state: run.publication.state }
      chunk.leaseUntil = state.monotonic() + leaseMs
      const granted = intents
        .filter((intent) => writeIntent(run, chunk, intent, now, caps) === 'granted')
        .map((intent) => intent.subscriberId)
      return { status: 'granted', granted, counts: countsOf(run.audience, run.rows) }
    },
    async settle(lease, settlements, now) {
      const { run } = held(lease) ?? {}
      if (run === undefined) return { status: 'stale' }
      for (const given of settlements) {
        const { subscriberId, code, suppress } = given
        const row = run.deliveries.get(subscriberId)
        if (row?.state !== 'handing' || row.chunk !== lease.seq) continue
        const subscriber = state.subscribers[subscriberId - 1]
        const erased = subscriber?.status === 'erased'
        // Replies name addresses: those of somebody erased while their letter was on the wire are not kept.
        const settlement = erased ? { ...given, detail: null } : given
        const outcome = settled(row, settlement, now)
        if (outcome === null) erase(run, subscriberId)
        else {
          const next = { ...row, ...outcome, updatedAt: now }
          write(run, next)
          record(next, now)
        }
        if (freesOnceKey(outcome)) freeOnce(run, subscriberId)
        if (!suppress || subscriber === undefined || erased) continue
        const { address, status: from } = subscriber
        suppressions.suppress({
          address,
          reason: 'bounce',
          detail: settlement.detail ?? code,
          createdAt: now,
        })
        const to = bouncedStatus(from)
        if (to === from) continue
        state.subscribers[subscriberId - 1] = { ...subscriber, status: to, updatedAt: now }
        const proof = {
          source: 'provider',
          at: now,
          ip: null,
          userAgent: null,
          origin: null,
          words: code,
        } as const
        appendConsent(state, bulkConsent(proof, now, { subscriberId, kind: 'bounce', from, to, lists: [] }))
      }
      return { status: 'settled', counts: countsOf(run.audience, run.rows) }
    },
    async release(lease, { notBefore }) {
      const { run, chunk } = held(lease) ?? {}
      if (run === undefined || chunk === undefined) return null
      recover(run, chunk, 0)
      const rows = chunk.ids.map((id) => run.deliveries.get(id)).filter((row) => row !== undefined)
      const retries = rows.filter((row) => row.state === 'retry').map((row) => row.dueAt ?? 0)
      const next: { state: 'open' | 'waiting' | 'done'; dueAt: EpochMs | null } =
        rows.length < chunk.ids.length
          ? { state: 'open', dueAt: notBefore }
          : retries.length > 0
            ? { state: 'waiting', dueAt: Math.min(...retries) }
            : { state: 'done', dueAt: null }
      Object.assign(chunk, next)
      return next
    },
    async retry(publicationId, { states, now }) {
      const run = runOf(publicationId)
      const wanted = new Set<string>(states)
      let count = 0
      for (const row of run.deliveries.values()) {
        if (!wanted.has(row.state) || (row.state === 'failed' && row.code === 'render')) continue
        write(run, { ...row, state: 'retry', dueAt: now, updatedAt: now })
        count += 1
        const chunk = run.chunks[row.chunk]
        if (chunk !== undefined && (chunk.state === 'done' || chunk.state === 'waiting')) {
          chunk.state = 'waiting'
          chunk.dueAt = chunk.dueAt === null ? now : Math.min(chunk.dueAt, now)
        }
      }
      return count
    },
  }
}
