import type { Clock } from '../clock.ts'
import type { EngineConfig } from '../config.ts'
import { BroadsheetError } from '../errors.ts'
import { audienceOf } from '../model/audience.ts'
import type { Page, SubscriberId } from '../model/ids.ts'
import type { PublicationSpec } from '../model/publication.ts'
import { decodePicks, storedReason } from '../personalise/picks.ts'
import { reasonText } from '../personalise/reason.ts'
import type { RecipientsJson } from '../ports/ledger.ts'
import type { Store } from '../ports/store.ts'
import { makePlan, type SharedPlan, sharePlan } from '../render/plan.ts'
import type { RenderPool } from '../render/pool.ts'
import type { RenderedPreview } from '../render/task.ts'
import type { TemplateProblem } from '../template/problem.ts'
import type { Courier } from './courier.ts'
import type { Models } from './ranking.ts'

export interface PickView {
  readonly itemId: number
  readonly title: string
  readonly url: string
  /** For people: `because you follow Security`. */
  readonly reason: string
}

export interface LetterPreview {
  readonly to: string
  readonly subject: string
  readonly preheader: string
  readonly html: string
  readonly text: string
  readonly language: string
  readonly picks: readonly PickView[]
  /** The message as it would leave. */
  readonly mime: string
  /** Parts that could not be compiled and are interpreted, and why. */
  readonly interpreted: readonly { readonly part: string; readonly why: string }[]
}

export interface RehearsalReport {
  readonly audience: number
  readonly ok: number
  readonly skipped: number
  readonly failed: number
  /** At most 1,000 of the failed. */
  readonly failures: readonly {
    readonly subscriberId: SubscriberId
    readonly address: string
    readonly problem: TemplateProblem
  }[]
}

export interface TestOutcome {
  readonly address: string
  readonly status: string
  readonly code: string | null
  readonly detail: string | null
}

const maxFailures = 1000
const maxSamples = 12
// RFC 2606: it is nobody's.
const sampleAddress = 'reader@example.com'
// Batches under way at once: enough to keep every render thread busy, few enough to hold little.
const batchesAhead = 4

/** What would go out, without the ledger: nothing in here is counted or remembered. */
export interface Rehearsal {
  preview(spec: PublicationSpec, address: string): Promise<LetterPreview>
  preflight(
    spec: PublicationSpec,
    options: {
      readonly onProgress?: (done: number, audience: number) => void
      readonly signal?: AbortSignal
    },
  ): Promise<RehearsalReport>
  /** Are there at least so many who would get it? Counts no further. */
  reaches(spec: PublicationSpec, people: number): Promise<boolean>
  /** One finished letter a language of the template, each to somebody of whom nothing is known. Letters that cannot be made are
   *  left out: `preflight` names them. */
  samples(spec: PublicationSpec): Promise<readonly { readonly language: string; readonly mime: Uint8Array }[]>
  test(spec: PublicationSpec, addresses: readonly string[], courier: Courier): Promise<readonly TestOutcome[]>
}

export function createRehearsal(parts: {
  readonly config: EngineConfig
  readonly store: Store
  readonly pool: RenderPool
  readonly models: Models
  readonly clock: Clock
}): Rehearsal {
  const { config, store, pool, models, clock } = parts
  let last = 0
  const share = async (spec: PublicationSpec): Promise<SharedPlan> =>
    sharePlan(`rehearsal${++last}`, makePlan(config, 0, spec), await models.of(spec))

  /** A known subscriber's data, or a stranger without any. */
  async function recipient(address: string): Promise<{ json: RecipientsJson; ids: readonly SubscriberId[] }> {
    const subscriber = await store.subscribers.byAddress(address)
    if (!subscriber)
      return { json: JSON.stringify([[0, address, null, null, null, {}, {}, 'unknown', null]]), ids: [] }
    const ids = [subscriber.id]
    return { json: await store.deliveries.recipients(ids), ids }
  }

  async function render(
    plan: SharedPlan,
    spec: PublicationSpec,
    address: string,
    copy: string | null,
  ): Promise<RenderedPreview> {
    const { json, ids } = await recipient(address)
    const seen =
      ids.length > 0 && spec.earlier.length > 0 ? await store.deliveries.seen(spec.earlier, ids) : []
    return pool.preview({ plan, recipients: json, seen, now: clock.now(), copy })
  }

  return {
    async preview(spec, address) {
      const shown = await render(await share(spec), spec, address, null)
      const { to, subject, preheader, html, text, language, interpreted } = shown
      return {
        to,
        subject,
        preheader,
        html,
        text,
        language,
        interpreted,
        picks: viewPicks(shown.picks, spec, language),
        mime: Buffer.from(shown.mime).toString('utf8'),
      }
    },

    async preflight(spec, { onProgress, signal }) {
      const plan = await share(spec)
      const audience = await audienceSize(store, spec)
      const failures: RehearsalReport['failures'][number][] = []
      let ok = 0
      let skipped = 0
      let failed = 0
      const running = new Set<Promise<void>>()
      const renderBatch = async (ids: readonly SubscriberId[]) => {
        const recipients = await store.deliveries.recipients(ids)
        const seen = spec.earlier.length > 0 ? await store.deliveries.seen(spec.earlier, ids) : []
        const now = clock.now()
        for (const batch of await pool.letters({
          plan,
          recipients,
          rows: ids.length,
          seen,
          now,
          only: null,
          dry: true,
        })) {
          pool.giveBack(batch)
          ok += batch.ids.length
          skipped += batch.skipped.length
          failed += batch.failed.length
          const room = batch.failed.slice(0, maxFailures - failures.length)
          if (room.length === 0) continue
          const people = await store.subscribers.get(room.map(({ id }) => id))
          const addresses = new Map(people.map(({ id, address }) => [id, address]))
          for (const { id, problem } of room)
            failures.push({ subscriberId: id, address: addresses.get(id) ?? '', problem })
        }
        onProgress?.(ok + skipped + failed, audience)
      }
      for (let after: number | null = 0; after !== null; ) {
        signal?.throwIfAborted()
        const page: Page<SubscriberId> = await store.deliveries.audience({
          ...audienceOf(spec),
          after,
          limit: config.delivery.batch,
        })
        const ids = page.rows
        after = page.next
        if (ids.length === 0) continue
        const task = renderBatch(ids)
        running.add(task)
        // `all` below hears its rejection; this chain must not make a second, unheard one.
        task.then(
          () => running.delete(task),
          () => {},
        )
        if (running.size >= batchesAhead) await Promise.race(running)
      }
      await Promise.all(running)
      failures.sort((a, b) => a.subscriberId - b.subscriberId)
      return { audience: ok + skipped + failed, ok, skipped, failed, failures }
    },

    async reaches(spec, people) {
      return people === 0 || (await audienceSize(store, spec, people)) >= people
    },

    async samples(spec) {
      const plan = await share(spec)
      const languages = new Set([spec.language, ...Object.keys(spec.bundle.template.variants)])
      const letters = await Promise.all(
        [...languages].slice(0, maxSamples).map(async (language) => {
          const stranger = [0, sampleAddress, null, language, null, {}, {}, 'unknown', null]
          const task = {
            plan,
            recipients: JSON.stringify([stranger]),
            seen: [],
            now: clock.now(),
            copy: null,
          }
          try {
            return [{ language, mime: (await pool.preview(task)).mime }]
          } catch (error) {
            if (error instanceof BroadsheetError && error.code === 'E_RENDER') return []
            throw error
          }
        }),
      )
      return letters.flat()
    },

    async test(spec, addresses, courier) {
      const plan = await share({ ...spec, subject: `[Test] ${spec.subject ?? spec.bundle.template.subject}` })
      // A test is meant to be sent again and again, and mailboxes hide a second copy of one Message-ID.
      const letters = await Promise.all(
        addresses.map((address, i) => render(plan, spec, address, `${clock.now()}-${i}`)),
      )
      const outcomes = await courier.send(
        letters.map((letter, i) => ({
          id: i + 1,
          from: spec.sender.address,
          to: letter.to,
          bytes: letter.mime,
          eightBit: letter.utf8,
          utf8: letter.utf8,
          key: letter.key,
        })),
        AbortSignal.timeout(60_000),
      )
      return outcomes.map(({ id, status, code, detail }) => ({
        address: addresses[id - 1]!,
        status,
        code,
        detail,
      }))
    },
  }
}

async function audienceSize(
  store: Store,
  spec: PublicationSpec,
  enough = Number.POSITIVE_INFINITY,
): Promise<number> {
  let size = 0
  for (let after: number | null = 0; after !== null && size < enough; ) {
    const query = { ...audienceOf(spec), after, limit: Math.min(enough, 50_000) }
    const page: Page<SubscriberId> = await store.deliveries.audience(query)
    size += page.rows.length
    after = page.next
  }
  return size
}

/** What a letter holds and why, as its recipient would be told. */
export function viewPicks(
  picks: Uint8Array,
  spec: Pick<PublicationSpec, 'candidates' | 'topics'>,
  language: string,
): readonly PickView[] {
  const byId = new Map(spec.candidates.map((candidate) => [candidate.id as number, candidate]))
  return decodePicks(picks).flatMap(({ itemId, reason }) => {
    const candidate = byId.get(itemId)
    if (!candidate) return []
    const { title, url } = candidate
    return [
      { itemId, title, url, reason: reasonText(storedReason(reason, candidate), spec.topics, language) },
    ]
  })
}
