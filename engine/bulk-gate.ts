import type { EngineConfig } from './config.ts'
import { isExample } from './deliverability/example.ts'
import type { PreflightLine } from './deliverability/line.ts'
import type { Courier } from './delivery/courier.ts'
import type { Rehearsal, RehearsalReport } from './delivery/rehearsal.ts'
import { BroadsheetError } from './errors.ts'
import type { Log } from './log.ts'
import { domainOf } from './model/address.ts'
import type { CampaignId } from './model/ids.ts'
import type { PublicationSpec } from './model/publication.ts'
import type { Fetcher } from './ports/fetcher.ts'
import type { Resolver } from './ports/resolver.ts'

/** What would become of a campaign. */
export interface PreflightReport extends RehearsalReport {
  /** What large providers ask of bulk mail, rule by rule. */
  readonly lines: readonly PreflightLine[]
}

/** Looks at what goes to many before it goes. */
export interface BulkGate {
  /** Everything that is known of it before it goes, rule by rule; with `links` their places are asked, too. */
  look(
    spec: PublicationSpec,
    options: { readonly links: boolean; readonly signal: AbortSignal },
  ): Promise<readonly PreflightLine[]>
  /** Before a campaign starts or is scheduled. By `preflight.mode`: refuses with E_PREFLIGHT where a line is blocked and `force`
   *  is not said, or only writes into the log, after this has resolved. Campaigns to fewer than `minAudience` pass. */
  pass(id: CampaignId, specOf: () => Promise<PublicationSpec>, force: boolean): Promise<void>
}

const patienceMs = 30_000

export function createBulkGate(parts: {
  readonly config: EngineConfig
  readonly rehearsal: Pick<Rehearsal, 'samples' | 'reaches'>
  readonly courier: (channel: string) => Courier | undefined
  readonly resolver: Resolver
  readonly fetcher: Fetcher
  readonly log: Log
}): BulkGate {
  const { config, rehearsal, courier, resolver, fetcher, log } = parts
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
      if (mode === 'off') return
      const looking = lookWhereMany(specOf)
      // What only warns is waited for by nobody.
      if (mode === 'warn') {
        void looking.then(
          (found) => found !== null && tell(id, found.lines, 'preflight.warned'),
          (error: unknown) => log.debug({ campaignId: id, reason: String(error) }, 'preflight.failed'),
        )
        return
      }
      const found = await looking
      if (found === null) return
      const { spec, lines } = found
      const stopping = lines.filter(({ status }) => status === 'blocked')
      if (stopping.length === 0) return
      if (force) {
        tell(id, stopping, 'preflight.forced')
        return
      }
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
  }

  /** Null where nobody minds: few, or a sender that is nobody's. */
  async function lookWhereMany(specOf: () => Promise<PublicationSpec>) {
    const spec = await specOf()
    if (isExample(domainOf(spec.sender.address)) || !(await rehearsal.reaches(spec, minAudience))) return null
    // What follows links can only warn.
    const signal = AbortSignal.timeout(patienceMs)
    return { spec, lines: await gate.look(spec, { links: false, signal }) }
  }

  function tell(campaignId: CampaignId, lines: readonly PreflightLine[], event: string): void {
    const rules = (wanted: PreflightLine['status']) =>
      lines.filter(({ status }) => status === wanted).map((line) => line.id)
    const [stopping, warned] = [rules('blocked'), rules('warning')]
    if (stopping.length + warned.length > 0) log.warn({ campaignId, blocked: stopping, warned }, event)
  }
  return gate
}
