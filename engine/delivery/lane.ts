import type { Message, Outcome } from '../channel/index.ts'
import type { Clock } from '../clock.ts'
import type { ReturnAddresses } from '../compose/verp.ts'
import type { EngineConfig } from '../config.ts'
import type { Judge } from '../feedback/rules/judge.ts'
import { verdictOfRefusal } from '../feedback/rules/refusal.ts'
import type { Log } from '../log.ts'
import type { ChunkLease, ChunkRef, ChunkWork, LeasedChunk } from '../model/chunk.ts'
import type { DeliveryCounts } from '../model/delivery.ts'
import type { EpochMs, PublicationId, SubscriberId } from '../model/ids.ts'
import type { Intent, RecipientsJson, Settlement } from '../ports/ledger.ts'
import type { Meter, Tally } from '../ports/meter.ts'
import type { Store } from '../ports/store.ts'
import type { Tracer } from '../ports/tracer.ts'
import type { RenderPool } from '../render/pool.ts'
import type { RenderedBatch, RenderTask } from '../render/task.ts'
import type { Calendar } from '../schedule/calendar.ts'
import { withTrace } from '../trace.ts'
import { type BatchTrace, traceBatch } from './batch-trace.ts'
import type { Courier } from './courier.ts'
import type { Limiter } from './limits/limiter.ts'
import type { Run, Runs } from './runs.ts'
import { settlementOf } from './settlement.ts'
import type { Stumbles } from './stumbles.ts'

/** What a lane tells of each batch that it settled. */
export interface BatchReport {
  readonly publicationId: PublicationId
  readonly counts: DeliveryCounts
  /** For each letter that left: its share of the batch's rendering and its own time on the wire, milliseconds. */
  readonly letterMs: readonly number[]
}

export interface LaneParts {
  readonly config: EngineConfig['delivery']
  readonly caps: EngineConfig['caps']
  readonly calendar: Pick<Calendar, 'at'>
  readonly store: Store
  readonly runs: Runs
  readonly pool: RenderPool
  readonly limiter: Limiter
  readonly stumbles: Stumbles
  readonly judge: Judge
  /** The envelope sender of a letter that comes back to us; null: the sender's own address. */
  readonly returns: Pick<ReturnAddresses, 'of'> | null
  /** A letter failed with an answer that may pass; resolves when it is counted. */
  readonly countRefused: (id: SubscriberId, words: string, publicationId: PublicationId) => Promise<void>
  /** Undefined when the configuration has no such channel any more. */
  readonly courier: (channel: string) => Courier | undefined
  readonly meter: Pick<Meter, 'made' | 'settled' | 'held'>
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  readonly tracer: Tracer
  readonly owner: string
  /** Those of the chunks that are being worked: somebody prolongs them while letters are on the wire. */
  readonly held: Set<ChunkLease>
  readonly report: (batch: BatchReport) => void
  /** Fires when the daemon stops and its moment of grace is over: channels begin no further letter. */
  readonly deadline: AbortSignal
}

type Prepared = {
  readonly work: readonly ChunkWork[]
  /** Held back by a limit until `nextAt`. */
  readonly deferred: readonly ChunkWork[]
  readonly nextAt: EpochMs | null
  /** The channel whose limits it has passed; null when there were none. */
  readonly admittedBy: string | null
  readonly batches: readonly RenderedBatch[]
  /** From reading the recipients to finished letters, a letter. */
  readonly renderMs: number
  readonly trace: BatchTrace
}

// How long a channel without a definition is left alone, and how soon a batch that could not leave is tried again.
const unsentPauseMs = 500

/** Work one chunk: lease it, then batch by batch render, take permission, send, settle; lay it down.
 *  Rendering comes before the permission, other than in a naive reading of "intent first": a crash while
 *  rendering then costs nothing, consent is read as late as can be, and a row is `handing` only while its
 *  letter is on the wire. `stopping` fires when no further batch shall begin. Resolves with false when the chunk was
 *  not taken: looking for more work at once would only find it again. */
export async function workChunk(parts: LaneParts, ref: ChunkRef, stopping: AbortSignal): Promise<boolean> {
  const run = await parts.runs.get(ref.publicationId)
  if (!run || stopping.aborted) return false
  const { trace, campaign } = run.spec
  // Whichever node works it, however long after it was begun.
  return withTrace(trace?.own ?? null, { publicationId: run.id, campaignId: campaign.id }, () =>
    workRun(parts, run, ref, stopping),
  )
}

async function workRun(parts: LaneParts, run: Run, ref: ChunkRef, stopping: AbortSignal): Promise<boolean> {
  const { config, store, clock, owner, log } = parts
  const courier = parts.courier(run.spec.channel)
  if (!courier) {
    log.error({ ...ref, channel: run.spec.channel }, 'chunk.no_channel')
    return false
  }
  if (courier.blockedUntil() !== null || parts.calendar.at(clock.now()) !== null) return false
  const lease = await store.ledger.lease(ref, { owner, leaseMs: config.leaseMs, now: clock.now() })
  if (!lease) return false
  if (lease.recovered > 0) log.warn({ ...ref, recovered: lease.recovered }, 'chunk.recovered')
  let notBefore: EpochMs | null = null
  parts.held.add(lease)
  try {
    notBefore = await workBatches(parts, run, lease, courier, stopping)
  } finally {
    parts.held.delete(lease)
    // A store that is gone keeps the lease until it runs out; the sweeper finds the chunk then.
    await store.ledger.release(lease, { notBefore }).catch((error: unknown) => {
      log.warn({ ...ref, reason: String(error) }, 'chunk.release_failed')
    })
  }
  return true
}

/** Resolves with when the chunk may be taken up again, null for at once (or never, when all is done). */
async function workBatches(
  parts: LaneParts,
  run: Run,
  lease: LeasedChunk,
  courier: Courier,
  stopping: AbortSignal,
): Promise<EpochMs | null> {
  const { config, clock } = parts
  // It may change with any batch: a server asks for less, another channel stands in.
  const pressure = () => parts.limiter.pressure(courier.via(), run.spec.sender.address, clock.now())
  let todo = [...lease.work]
  let ahead: Promise<Prepared> | null = null
  let earliest: EpochMs | null = null
  const deferred: ChunkWork[] = []
  const next = (): Promise<Prepared> | null => {
    if (todo.length === 0) return null
    const work = todo.slice(0, config.batch)
    todo = todo.slice(config.batch)
    const trace = traceBatch(parts, run, lease, work.length)
    const prepared = prepare(parts, run, work, pressure() === 'none' ? null : courier.via(), trace)
    // It may wait unread while the batch before it fails: no unhandled rejection then.
    prepared.catch(() => trace.end({ error: 'not prepared' }))
    return prepared
  }
  const leave = (): void => void ahead?.then(({ trace }) => trace.end({ error: 'not sent' })).catch(() => {})
  ahead = next()
  try {
    while (ahead && !stopping.aborted) {
      const blocked = courier.blockedUntil()
      if (blocked !== null) return blocked
      // Open at once: while the black-out lasts nobody leases it, and one that is called off holds nothing up.
      if (parts.calendar.at(clock.now()) !== null) return null
      const prepared: Prepared = await ahead
      // Tokens are taken in `prepare`: under a limit nothing is prepared ahead, since a stop would waste them.
      const limited = pressure() === 'limited'
      ahead = limited ? null : next()
      deferred.push(...prepared.deferred)
      if (prepared.nextAt !== null) earliest = Math.min(earliest ?? Infinity, prepared.nextAt)
      if (prepared.work.length > 0) {
        const result = await prepared.trace.until(handOver(parts, run, lease, courier, prepared))
        if (result === 'lost') return null
        if (result === 'unsent') return courier.blockedUntil() ?? clock.now() + unsentPauseMs
      } else prepared.trace.end()
      if (limited) ahead = next()
    }
  } finally {
    // Prepared for nobody.
    leave()
  }
  return deferred.length > 0 ? earliest : null
}

async function prepare(
  parts: LaneParts,
  run: Run,
  work: readonly ChunkWork[],
  admittedBy: string | null,
  trace: BatchTrace,
): Promise<Prepared> {
  const { store, limiter, pool, meter, clock } = parts
  const { spec, plan, links } = run
  const startedAt = performance.now()
  const ids = work.map(({ subscriberId }) => subscriberId)
  let recipients: RecipientsJson = await store.deliveries.recipients(ids)
  let admitted = work
  let deferred: readonly ChunkWork[] = []
  let nextAt: EpochMs | null = null
  if (admittedBy !== null) {
    const rows = JSON.parse(recipients) as [SubscriberId, string][]
    const grant = await limiter.admit(
      admittedBy,
      spec.sender.address,
      rows.map(([, address]) => address),
      clock.now(),
    )
    const kept = grant.admitted.map((index) => rows[index]!)
    const keptIds = new Set(kept.map(([id]) => id))
    const known = new Set(rows.map(([id]) => id))
    nextAt = grant.nextAt
    deferred = work.filter(({ subscriberId }) => known.has(subscriberId) && !keptIds.has(subscriberId))
    admitted = work.filter(({ subscriberId }) => !known.has(subscriberId) || keptIds.has(subscriberId))
    recipients = JSON.stringify(kept)
    if (deferred.length > 0 && nextAt !== null)
      meter.held(admittedBy, deferred.length, Math.max(0, nextAt - clock.now()) / 1000)
  }
  const base = { deferred, nextAt, admittedBy, trace }
  if (admitted.length === 0) return { ...base, work: [], batches: [], renderMs: 0 }
  const seen =
    spec.earlier.length === 0
      ? []
      : await store.deliveries.seen(
          spec.earlier,
          admitted.map(({ subscriberId }) => subscriberId),
        )
  const chosen = await chosenBefore(store, run, admitted)
  const task = { plan, recipients, rows: admitted.length, seen, chosen, now: clock.now(), dry: false }
  let batches = await pool.letters({ ...task, only: links.only })
  // Before the permission: no letter leaves whose links lead nowhere.
  if (!(await links.keep(batches.flatMap((batch) => batch.links)))) {
    for (const batch of batches) pool.giveBack(batch)
    batches = await pool.letters({ ...task, only: links.only })
  }
  trace.rendered(batches)
  const tookMs = performance.now() - startedAt
  meter.made('campaign', { ...sizeOf(batches), seconds: tookMs / 1000 })
  const renderMs = tookMs / admitted.length
  return { ...base, work: admitted, batches, renderMs }
}

/** What those who are tried again were to get: interests and what was learned may have changed meanwhile, and two copies of
 *  one letter must not differ. */
async function chosenBefore(
  store: Store,
  { id }: Run,
  work: readonly ChunkWork[],
): Promise<NonNullable<RenderTask['chosen']>> {
  const again = work.filter(({ attempt }) => attempt > 1)
  const rows = await Promise.all(again.map(({ subscriberId }) => store.deliveries.get(id, subscriberId)))
  return rows.flatMap((row) =>
    row === null || row.picks === null ? [] : [{ subscriberId: row.subscriberId, picks: row.picks }],
  )
}

/** `lost`: the lease or the publication is no longer ours to work. `unsent`: the channel took none of a part. */
async function handOver(
  parts: LaneParts,
  run: Run,
  lease: LeasedChunk,
  courier: Courier,
  prepared: Prepared,
): Promise<'done' | 'lost' | 'unsent'> {
  const { config, store, clock, random } = parts
  const attempts = new Map(prepared.work.map(({ subscriberId, attempt }) => [subscriberId, attempt]))
  const permission = await store.ledger.intend(lease, intentsOf(prepared, attempts), {
    leaseMs: config.leaseMs,
    now: clock.now(),
    caps: run.spec.ignoreCaps === true ? null : parts.caps,
  })
  if (permission.status !== 'granted') {
    parts.log.info(
      { publicationId: lease.publicationId, seq: lease.seq },
      permission.status === 'stale' ? 'chunk.stale' : 'chunk.halted',
    )
    return 'lost'
  }
  const returns = courier.capabilities.returnPath === true ? parts.returns : null
  const messages = messagesOf(run, prepared.batches, new Set(permission.granted), returns)
  if (messages.length === 0) {
    parts.report({ publicationId: run.id, counts: permission.counts, letterMs: [] })
    return 'done'
  }
  const sentAt = performance.now()
  const outcomes = await prepared.trace.sending(courier.via(), () =>
    courier.send(messages, parts.deadline, prepared.admittedBy ?? undefined),
  )
  const batchMs = performance.now() - sentAt
  // A letter cut short may still have bytes in a socket: only memory that is surely read is written again.
  if (outcomes.every(({ status }) => status !== 'unknown' && status !== 'unsent'))
    for (const batch of prepared.batches) parts.pool.giveBack(batch)
  const now = clock.now()
  const lives = courier.lives()
  const addresses = new Map(messages.map(({ id, to }) => [id, to]))
  const counting: SubscriberId[] = []
  const settlements = outcomes.map((outcome) => {
    const subscriberId = outcome.id as SubscriberId
    const verdict = verdictOf(parts.judge, outcome, addresses.get(outcome.id) ?? null)
    const settlement = settlementOf(
      parts.stumbles.judge(outcome, { publicationId: run.id, subscriberId, lives }),
      { subscriberId, attempt: attempts.get(subscriberId)!, spec: run.spec, config, verdict, now, random },
    )
    if (settlement.state === 'failed' && verdict?.action === 'count') counting.push(subscriberId)
    return settlement
  })
  const settled = await prepared.trace.settling(() => store.ledger.settle(lease, settlements, now))
  if (settled.status === 'stale') {
    parts.log.warn({ publicationId: lease.publicationId, seq: lease.seq }, 'chunk.lost')
    return 'lost'
  }
  parts.meter.settled('campaign', run.spec.channel, tallyOf(settlements))
  for (const { subscriberId, code, detail } of settlements) {
    if (!counting.includes(subscriberId)) continue
    // The letter is settled: what is held against its address may be missing after a crash, and comes again with the next.
    await parts
      .countRefused(subscriberId, `${code} ${detail}`, run.id)
      .catch((error: unknown) =>
        parts.log.warn({ subscriberId, reason: String(error) }, 'bounce.not_counted'),
      )
  }
  const letterMs = outcomes.flatMap((outcome) =>
    outcome.status === 'sent' ? [prepared.renderMs + (outcome.tookMs ?? batchMs)] : [],
  )
  parts.report({ publicationId: run.id, counts: settled.counts, letterMs })
  return settlements.some(({ state }) => state === 'unsent') ? 'unsent' : 'done'
}

function sizeOf(batches: readonly RenderedBatch[]) {
  const size = { letters: 0, failed: 0, skipped: 0 }
  for (const { ids, failed, skipped } of batches) {
    size.letters += ids.length
    size.failed += failed.length
    size.skipped += skipped.length
  }
  return size
}

function tallyOf(settlements: readonly Settlement[]): Tally<Settlement['state']> {
  const tally: { [state in Settlement['state']]?: number } = {}
  for (const { state } of settlements) tally[state] = (tally[state] ?? 0) + 1
  return tally
}

function verdictOf(judge: Judge, outcome: Outcome, to: string | null) {
  switch (outcome.status) {
    case 'permanent':
      return verdictOfRefusal(judge, outcome, to)
    case 'transient':
      return outcome.scope === 'recipient'
        ? verdictOfRefusal(judge, { ...outcome, suppress: false }, to)
        : null
    default:
      return null
  }
}

function intentsOf(prepared: Prepared, attempts: ReadonlyMap<SubscriberId, number>): readonly Intent[] {
  const intents: Intent[] = []
  const missing = new Set(attempts.keys())
  const add = (
    subscriberId: SubscriberId,
    state: Intent['state'],
    code: string | null,
    detail: string | null,
    picks: Uint8Array | null,
  ) => {
    missing.delete(subscriberId)
    intents.push({ subscriberId, attempt: attempts.get(subscriberId)!, state, code, detail, picks })
  }
  for (const batch of prepared.batches) {
    const { picks, pickOffsets } = batch
    for (const [i, id] of batch.ids.entries())
      add(id, 'handing', null, null, picks.subarray(pickOffsets[i]!, pickOffsets[i + 1]!))
    for (const id of batch.skipped) add(id, 'skipped', 'too_few_items', null, null)
    for (const { id, problem } of batch.failed) {
      const where = `${problem.template} ${problem.part}, line ${problem.line}, column ${problem.column}`
      add(id, 'failed', 'render', `${where}: ${problem.message}`.slice(0, 500), null)
    }
  }
  // Erased between the plan and this batch: the ledger still accounts for them.
  for (const id of missing) add(id, 'skipped', 'gone', null, null)
  return intents
}

function messagesOf(
  run: Run,
  batches: readonly RenderedBatch[],
  granted: ReadonlySet<SubscriberId>,
  returns: LaneParts['returns'],
): readonly Message[] {
  const messages: Message[] = []
  for (const batch of batches) {
    for (const [i, id] of batch.ids.entries()) {
      if (!granted.has(id)) continue
      const offset = batch.offsets[i]!
      messages.push({
        id,
        from: returns === null ? run.spec.sender.address : returns.of(run.id, id),
        to: batch.to[i]!,
        bytes: new Uint8Array(batch.memory, offset, batch.offsets[i + 1]! - offset),
        eightBit: batch.utf8[i] === 1,
        utf8: batch.utf8[i] === 1,
        key: batch.keys[i]!,
      })
    }
  }
  return messages
}
