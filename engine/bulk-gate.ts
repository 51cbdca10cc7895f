import type { EngineConfig } from './config.ts'
import { isExample } from './deliverability/example.ts'
import type { PreflightLine } from './deliverability/line.ts'
import type { RuleId } from './deliverability/rules.ts'
import type { Courier } from './delivery/courier.ts'
import type { Rehearsal, RehearsalReport } from './delivery/rehearsal.ts'
import { BroadsheetError } from './errors.ts'
import type { Log } from './log.ts'
import { domainOf } from './model/address.ts'
import type { Campaign } from './model/campaign.ts'
import type { CampaignId } from './model/ids.ts'
import type { PublicationSpec } from './model/publication.ts'
import type { Fetcher } from './ports/fetcher.ts'
import type { Meter } from './ports/meter.ts'
import type { Resolver } from './ports/resolver.ts'

/** What would become of a campaign. */
export interface PreflightReport extends RehearsalReport {
  /** What large providers ask of bulk mail, rule by rule. */
  readonly lines: readonly PreflightLine[]
}

/** Looks at what goes to many before it goes. Campaigns to fewer than `minAudience` pass unseen. */
export interface BulkGate {
  /** Everything that is known of it before it goes, rule by rule; with `links` their places are asked, too. */
  look(
    spec: PublicationSpec,
    options: { readonly links: boolean; readonly signal: AbortSignal },
  ): Promise<readonly PreflightLine[]>
  /** Before a campaign starts or is scheduled. By `preflight.mode`: refuses with E_PREFLIGHT where a line is blocked and `force`
   *  is not said, or only writes into the log, after this has resolved. Resolves with the rules it goes on against, by force. */
  pass(id: CampaignId, specOf: () => Promise<PublicationSpec>, force: boolean): Promise<readonly RuleId[]>
  /** Again when its schedule is due, perhaps days later. Resolves with why it has to wait for somebody's word, or null; where
   *  `preflight.mode` only warns, at once. Whatever is silent or fails lets it go after `patienceMs` at the latest, or when
   *  `signal` fires. Never rejects. `specOf` answers null where nobody would get a letter. */
  whenDue(
    campaign: Pick<Campaign, 'id' | 'excused'>,
    specOf: () => Promise<PublicationSpec | null>,
    signal: AbortSignal,
  ): Promise<string | null>
}

export function createBulkGate(parts: {
  readonly config: EngineConfig
  readonly rehearsal: Pick<Rehearsal, 'samples' | 'reaches'>
  readonly courier: (channel: string) => Courier | undefined
  readonly resolver: Resolver
  readonly fetcher: Fetcher
  readonly log: Log
  readonly meter: Pick<Meter, 'looked'>
  readonly patienceMs?: number
}): BulkGate {
  const { config, rehearsal, courier, resolver, fetcher, log, meter, patienceMs = 30_000 } = parts
  const { mode, minAudience } = config.preflight

  const gate: BulkGate = {
    async look(spec, { links, signal }) {
      // Loaded by who asks: a daemon that sends to few reads no HTML and evaluates no SPF.
      const { lookBeforeBulk } = await import('./deliverability/preflight.ts')
      const { returnPath = false, route = null } = courier(spec.channel)?.capabilities ?? {}
      const question = {
        config,
        sender: spec.sender,
        way: { returnPath, route },
        samples: await rehearsal.samples(spec),
        links,
      }
      return lookBeforeBulk(question, { resolver, fetcher, signal })
    },

    async pass(id, specOf, force) {
      if (mode === 'off') return []
      const looking = lookWhereMany(specOf, AbortSignal.timeout(patienceMs))
      // What only warns is waited for by nobody.
      if (mode === 'warn') {
        warn(id, 'asked', looking)
        return []
      }
      const found = await looking
      if (found === null) return []
      const { spec, lines } = found
      const stopping = lines.filter(({ status }) => status === 'blocked')
      if (stopping.length === 0) {
        meter.looked('asked', 'passed')
        return []
      }
      if (force) {
        tell(id, stopping, 'preflight.forced')
        meter.looked('asked', 'forced')
        return stopping.map((line) => line.id)
      }
      meter.looked('asked', 'refused')
      throw new BroadsheetError(
        'E_PREFLIGHT',
        `Campaign "${spec.campaign.name}" would be refused or hidden by large providers, for ${
          stopping.length === 1 ? 'one reason' : `${stopping.length} reasons`
        }. Correct what is named, or go on with "force".`,
        {
          issues: stopping.map((line) => ({
            path: line.id,
            message: `${line.title}: ${line.found}. ${line.remedy ?? ''} (${line.source.name}: ${line.source.url})`,
          })),
        },
      )
    },

    async whenDue({ id, excused = [] }, specOf, signal) {
      if (mode === 'off') return null
      const patience = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)])
      const looking = lookWhereMany(specOf, patience)
      if (mode === 'warn') {
        warn(id, 'due', looking)
        return null
      }
      try {
        const found = await Promise.race([looking, rejectsAt(patience)])
        if (found === null) return null
        const blocked = found.lines.filter(({ status }) => status === 'blocked')
        const stopping = blocked.filter((line) => !excused.includes(line.id))
        if (stopping.length === 0) {
          meter.looked('due', blocked.length === 0 ? 'passed' : 'forced')
          tell(id, blocked, 'preflight.forced')
          return null
        }
        tell(id, stopping, 'preflight.held')
        meter.looked('due', 'held')
        return `large providers would refuse it (${stopping.map((line) => line.id).join(', ')}): correct that and start it`
      } catch (error) {
        if (signal.aborted) return null
        log.warn({ campaignId: id, reason: String(error) }, 'preflight.unknown')
        meter.looked('due', 'unknown')
        return null
      }
    },
  }

  /** Null where nobody minds: few, or a sender that is nobody's. */
  async function lookWhereMany(specOf: () => Promise<PublicationSpec | null>, signal: AbortSignal) {
    const spec = await specOf()
    if (spec === null || isExample(domainOf(spec.sender.address))) return null
    if (!(await rehearsal.reaches(spec, minAudience))) return null
    // What follows links can only warn.
    return { spec, lines: await gate.look(spec, { links: false, signal }) }
  }

  function warn(id: CampaignId, occasion: 'asked' | 'due', looking: ReturnType<typeof lookWhereMany>): void {
    void looking.then(
      (found) => {
        if (found === null) return
        meter.looked(occasion, tell(id, found.lines, 'preflight.warned') ? 'warned' : 'passed')
      },
      (error: unknown) => {
        log.debug({ campaignId: id, reason: String(error) }, 'preflight.failed')
        meter.looked(occasion, 'unknown')
      },
    )
  }

  /** False: there is nothing to tell. */
  function tell(
    campaignId: CampaignId,
    lines: readonly PreflightLine[],
    event: 'preflight.warned' | 'preflight.forced' | 'preflight.held',
  ): boolean {
    const rules = (wanted: PreflightLine['status']) =>
      lines.filter(({ status }) => status === wanted).map((line) => line.id)
    const [stopping, warned] = [rules('blocked'), rules('warning')]
    if (stopping.length + warned.length === 0) return false
    log.warn({ campaignId, blocked: stopping, warned }, event)
    return true
  }
  return gate
}

const rejectsAt = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const give = () => reject(signal.reason as Error)
    if (signal.aborted) give()
    else signal.addEventListener('abort', give, { once: true })
  })
