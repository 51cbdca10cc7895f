import { isDeepStrictEqual } from 'node:util'
import type { CampaignActors } from './actors/campaign.ts'
import type { Supervisor } from './actors/supervisor.ts'
import type { BulkGate, PreflightReport } from './bulk-gate.ts'
import type { RememberedItems } from './cache/items.ts'
import type { Clock } from './clock.ts'
import type { EngineConfig } from './config.ts'
import type { Courier } from './delivery/courier.ts'
import { rankingNow } from './delivery/ranking.ts'
import {
  type LetterPreview,
  type PickView,
  type Rehearsal,
  type TestOutcome,
  viewPicks,
} from './delivery/rehearsal.ts'
import { missingNames, specOf, tooFew } from './delivery/spec.ts'
import { type CampaignDraft, withDraft } from './delivery/with-draft.ts'
import { BroadsheetError } from './errors.ts'
import type { Campaign, CampaignInput } from './model/campaign.ts'
import type { Delivery, DeliveryState, NotedState } from './model/delivery.ts'
import type { CampaignId, EpochMs, Page, PublicationId } from './model/ids.ts'
import type { Progress } from './model/progress.ts'
import type { PublicationSpec } from './model/publication.ts'
import type { Edition } from './model/schedule.ts'
import type { TraceParent } from './model/trace.ts'
import type { WallMs } from './model/wall-clock.ts'
import type { DeliveryReason } from './ports/ledger.ts'
import type { Store } from './ports/store.ts'
import type { Tracer } from './ports/tracer.ts'
import { checkTemplate } from './render/check.ts'
import type { RenderPool } from './render/pool.ts'
import type { Series } from './schedule/series.ts'
import { currentTrace, withTrace } from './trace.ts'

/** Too little that is new for an edition. */
class NothingNew extends BroadsheetError {}

/** A row of the ledger with what people want to see of it. */
export type DeliveryView = Omit<Delivery, 'picks'> & {
  /** Null once the subscriber was erased. */
  readonly address: string | null
  readonly picks: readonly PickView[]
}

/** `force`: go on where the preflight would refuse. It is logged. */
export interface BulkOptions {
  readonly force?: boolean
}

export interface Campaigns {
  /** Refuses with E_INPUT, naming each, lists, templates and channels that do not exist. */
  create(input: CampaignInput): Promise<Campaign>
  /** Only drafts and scheduled ones (E_STATE). */
  update(id: CampaignId, version: number, input: CampaignInput): Promise<Campaign>
  /** At a time; in the past within the campaign's grace it starts at once. A recurring one at its first due time from
   *  then on (default: from now on), and again at each that follows. Refuses with E_PREFLIGHT as `preflight.mode` says. */
  schedule(id: CampaignId, at?: EpochMs, options?: BulkOptions): Promise<Campaign>
  /** A scheduled one that is due, by its schedule. Rejects as `start`; a recurring one with too little that is new
   *  is skipped instead. */
  fire(id: CampaignId): Promise<Campaign>
  /** A scheduled one is due: why it has to wait for somebody's word, or null. As `BulkGate.whenDue`. */
  whenDue(campaign: Campaign, signal: AbortSignal): Promise<string | null>
  /** A recurring one lets its next due time go by. */
  skip(id: CampaignId): Promise<Campaign>
  /** Due times of a recurring one and what became of them, newest first. */
  editions(id: CampaignId, query: { readonly after: number; readonly limit: number }): Promise<Page<Edition>>
  /** Now; also the answer to one that was found overdue. A recurring one has one more edition then, and goes on as
   *  scheduled. Refuses with E_STATE when there is less that is new than `selection.minimumNew`, with E_TEMPLATE when it does not compile,
   *  with E_PREFLIGHT as `preflight.mode` says. */
  start(id: CampaignId, options?: BulkOptions): Promise<Campaign>
  /** A recurring one: the edition that runs, and the series. `resume` takes up both; due times that passed
   *  meanwhile are skipped. */
  pause(id: CampaignId, reason?: string): Promise<Campaign>
  resume(id: CampaignId): Promise<Campaign>
  /** For good: a recurring one's series, too. */
  cancel(id: CampaignId): Promise<Campaign>
  /** Only rows `failed` (and `unknown`, if named) go out again; a finished campaign runs again. */
  retryFailed(
    id: CampaignId,
    options?: { readonly alsoUnknown?: boolean },
  ): Promise<{ readonly retried: number }>
  /** Render for the whole audience without sending, and look at what large providers ask of bulk mail. `onProgress` hears letters done of audience. */
  preflight(
    id: CampaignId,
    options?: {
      readonly onProgress?: (done: number, audience: number) => void
      readonly signal?: AbortSignal
    },
  ): Promise<PreflightReport>
  /** As `address` would get it; a known subscriber's data where there is one. With a draft as if that were kept already. */
  preview(id: CampaignId, address: string, draft?: CampaignDraft): Promise<LetterPreview>
  /** As `address` got it, or would have got it: from what a publication froze. Null: there is no such publication. */
  previewOf(id: PublicationId, address: string): Promise<LetterPreview | null>
  /** Send to named addresses now, outside the ledger, subject prefixed `[Test] `. */
  test(id: CampaignId, addresses: readonly string[]): Promise<readonly TestOutcome[]>
  /** Null before the first start. */
  progress(id: CampaignId): Promise<Progress | null>
  /** Rows of its present publication, with addresses. */
  deliveries(
    id: CampaignId,
    query: { readonly state?: DeliveryState; readonly after: number; readonly limit: number },
  ): Promise<
    Page<Omit<Delivery, 'picks'> & { readonly address: string | null; readonly picks: readonly PickView[] }>
  >
  /** Why letters of its present publication are in that state, the most frequent reason first. */
  reasons(id: CampaignId, state: NotedState, limit: number): Promise<readonly DeliveryReason[]>
}

export function createCampaigns(parts: {
  readonly config: EngineConfig
  readonly store: Store
  readonly clock: Clock
  readonly pool: RenderPool
  readonly rehearsal: Rehearsal
  readonly gate: BulkGate
  readonly actors: CampaignActors
  readonly series: Series
  /** Also wakes the other nodes. */
  readonly supervisor: Pick<Supervisor, 'kick' | 'plan'>
  readonly channels: readonly string[]
  readonly courier: (channel: string) => Courier | undefined
  /** For what is shown before it is sent. */
  readonly items: Pick<RememberedItems, 'byKey' | 'candidates' | 'warm'>
  readonly tracer: Tracer
}): Campaigns {
  const {
    config,
    store,
    clock,
    pool,
    rehearsal,
    gate,
    actors,
    series,
    supervisor,
    channels,
    courier,
    items,
    tracer,
  } = parts

  async function rowOf(id: CampaignId): Promise<Campaign> {
    const campaign = await store.campaigns.get(id)
    if (!campaign) throw new BroadsheetError('E_NOT_FOUND', `There is no campaign with id ${id}.`)
    return campaign
  }

  async function mustExist(input: CampaignInput): Promise<void> {
    const issues = await missingNames(store, channels, input, clock.now())
    if (issues.length > 0)
      throw new BroadsheetError('E_INPUT', issues.map(({ message }) => message).join(' '), { issues })
  }

  const rankedSpec = async (
    campaign: Campaign,
    wall: WallMs | null,
    from: Store = store,
  ): Promise<PublicationSpec> => ({
    ...(await specOf(from, channels, config.tracking, campaign, clock.now(), wall)),
    ...(await rankingNow(config.ranking, store)),
  })

  /** The spec, once its template compiles. */
  async function checkedSpec(campaign: Campaign, wall: WallMs | null = null): Promise<PublicationSpec> {
    const spec = await rankedSpec(campaign, wall)
    const problems = await checkTemplate(config, pool, spec.bundle)
    const [first] = problems
    if (first)
      throw new BroadsheetError(
        'E_TEMPLATE',
        `Template "${first.template}" (${first.part}, line ${first.line}, column ${first.column}): ${first.message}`,
        {
          issues: problems.map(({ template, part, line, column, message }) => ({
            path: `${template}.${part}:${line}:${column}`,
            message,
          })),
        },
      )
    return spec
  }

  /** Refuses where there is too little that is new. */
  async function worthySpec(campaign: Campaign, wall: WallMs | null): Promise<PublicationSpec> {
    const spec = await checkedSpec(campaign, wall)
    const why = tooFew(spec)
    if (why === null) return spec
    throw new NothingNew('E_STATE', `Campaign "${campaign.name}" has ${why}: nobody would get a letter.`)
  }

  /** Whoever scheduled it is gone when it is due. */
  async function scheduledIn(id: CampaignId): Promise<TraceParent | null> {
    const { repeat, trace = null } = await rowOf(id)
    return repeat === null ? trace : null
  }

  async function begin(id: CampaignId, by: 'schedule' | 'hand'): Promise<Campaign> {
    const parent = currentTrace() ?? (await scheduledIn(id))
    const trace = { own: tracer.name(parent), parent }
    return withTrace(trace.own, { campaignId: id }, async () => {
      const campaign = await actors.start(
        id,
        (row) => series.firing(row, by),
        async (row, { wall }) => ({ ...(await worthySpec(row, wall)), trace }),
      )
      supervisor.plan(campaign)
      return campaign
    })
  }

  const shown = { ...store, items: { ...store.items, byKey: items.byKey, candidates: items.candidates } }
  const rehearse = async (id: CampaignId, { campaign, template }: CampaignDraft = {}) => {
    const row = await rowOf(id)
    const from =
      template === undefined ? shown : { ...shown, templates: withDraft(store.templates, template) }
    return rankedSpec({ ...row, ...campaign }, null, from)
  }

  return {
    async create(input) {
      await mustExist(input)
      return store.campaigns.insert(input, clock.now())
    },
    async update(id, version, input) {
      const { state, name, repeat } = await rowOf(id)
      if (state !== 'draft' && state !== 'scheduled')
        throw new BroadsheetError(
          'E_STATE',
          `Campaign "${name}" is ${state}: only drafts and scheduled campaigns can be changed.`,
        )
      await mustExist(input)
      const updated = await store.campaigns.update(id, version, input, clock.now())
      const anew = state === 'scheduled' && input.repeat !== null && !isDeepStrictEqual(input.repeat, repeat)
      if (!anew) return updated
      return actors.apply(id, { type: 'schedule', at: await series.first(updated, clock.now()) })
    },
    async schedule(id, at, { force = false } = {}) {
      // What can be known to be wrong now should not first be found at four in the morning.
      const row = await rowOf(id)
      const spec = await checkedSpec(row)
      if (row.repeat === null && at === undefined)
        throw new BroadsheetError(
          'E_INPUT',
          `Campaign "${row.name}" does not recur: say at what time it starts.`,
          {
            issues: [{ path: 'at', message: 'is needed' }],
          },
        )
      const excused = await gate.pass(id, async () => spec, force)
      const due = row.repeat === null ? at! : await series.first(row, at ?? clock.now())
      const campaign = await actors.apply(id, { type: 'schedule', at: due, excused })
      supervisor.kick()
      // Whoever schedules it looks at it next.
      void items.warm(campaign.selection)
      return campaign
    },
    async start(id, { force = false } = {}) {
      const row = await rowOf(id)
      // In other states it is refused for that.
      if (row.state === 'draft' || row.state === 'scheduled')
        await gate.pass(id, () => checkedSpec(row), force)
      return begin(id, 'hand')
    },
    whenDue: (campaign, signal) =>
      gate.whenDue(
        campaign,
        async () => {
          const spec = await checkedSpec(campaign)
          return tooFew(spec) === null ? spec : null
        },
        signal,
      ),
    async fire(id) {
      try {
        return await begin(id, 'schedule')
      } catch (error) {
        const due = await rowOf(id)
        if (!(error instanceof NothingNew) || due.repeat === null) throw error
        return actors.skip(id, async (row) =>
          row.state === 'scheduled' && row.scheduledAt === due.scheduledAt
            ? series.pass(row, error.message)
            : null,
        )
      }
    },
    async skip(id) {
      const campaign = await actors.skip(id, (row) => series.pass(row, 'skipped by hand'))
      supervisor.kick()
      return campaign
    },
    async editions(id, query) {
      await rowOf(id)
      return store.editions.page({ campaignId: id, ...query })
    },
    pause: (id, reason = 'paused by hand') => actors.apply(id, { type: 'pause', reason }),
    async resume(id) {
      const campaign = await actors.resume(id, (row) => series.takeUp(row))
      if (campaign.state === 'running') supervisor.plan(campaign)
      supervisor.kick()
      return campaign
    },
    cancel: (id) => actors.apply(id, { type: 'cancel' }),
    async retryFailed(id, options = {}) {
      const { publicationId, name } = await rowOf(id)
      if (publicationId === null)
        throw new BroadsheetError('E_STATE', `Campaign "${name}" never ran: there is nothing to retry.`)
      const states = options.alsoUnknown ? (['failed', 'unknown'] as const) : (['failed'] as const)
      // The rows first: a finished campaign that runs again with nothing to do would only finish again.
      const retried = await store.ledger.retry(publicationId, { states, now: clock.now() })
      if (retried > 0) await actors.apply(id, { type: 'retry' })
      supervisor.kick()
      return { retried }
    },
    async preflight(id, options = {}) {
      const spec = await rehearse(id)
      const { signal = new AbortController().signal } = options
      const [report, lines] = await Promise.all([
        rehearsal.preflight(spec, options),
        gate.look(spec, { links: true, signal }),
      ])
      return { ...report, lines }
    },
    preview: async (id, address, draft) => rehearsal.preview(await rehearse(id, draft), address),
    async previewOf(id, address) {
      const publication = await store.publications.get(id)
      return publication === null ? null : rehearsal.preview(publication.spec, address)
    },
    async test(id, addresses) {
      const spec = await checkedSpec(await rowOf(id))
      return rehearsal.test(spec, addresses, courier(spec.channel)!)
    },
    progress: async (id) => actors.progress(await rowOf(id)),
    async reasons(id, state, limit) {
      const { publicationId } = await rowOf(id)
      return publicationId === null ? [] : store.deliveries.reasons({ publicationId, state, limit })
    },
    async deliveries(id, query) {
      const { publicationId } = await rowOf(id)
      const publication = publicationId === null ? null : await store.publications.get(publicationId)
      if (!publication) return { rows: [], next: null }
      const page = await store.deliveries.page({ publicationId: publication.id, ...query })
      const people = await store.subscribers.get(page.rows.map(({ subscriberId }) => subscriberId))
      const byId = new Map(people.map((person) => [person.id, person]))
      return {
        rows: page.rows.map((row) => {
          const person = byId.get(row.subscriberId)
          const language = person?.language ?? publication.spec.language
          return {
            ...row,
            address: person?.address ?? null,
            picks: row.picks ? viewPicks(row.picks, publication.spec, language) : [],
          }
        }),
        next: page.next,
      }
    },
  }
}
