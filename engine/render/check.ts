import type { EngineConfig } from '../config.ts'
import { selectionSchema } from '../model/campaign.ts'
import type { CampaignId } from '../model/ids.ts'
import type { PublicationSpec } from '../model/publication.ts'
import type { TemplateBundle } from '../model/template.ts'
import type { TemplateProblem } from '../template/problem.ts'
import { makePlan, sharePlan } from './plan.ts'
import type { RenderPool } from './pool.ts'

let last = 0

/** Compile in a render thread (MJML is heavy) and report what is wrong; nothing is rendered. */
export async function checkTemplate(
  config: EngineConfig,
  pool: RenderPool,
  bundle: TemplateBundle,
): Promise<readonly TemplateProblem[]> {
  const spec: PublicationSpec = {
    campaign: { id: 0 as CampaignId, name: 'check', title: 'Check' },
    bundle,
    subject: null,
    sender: { address: 'check@example.org', name: '', replyTo: null },
    channel: 'check',
    listIds: [],
    excludeListIds: [],
    segments: [],
    excludeSegments: [],
    publications: [],
    excludePublications: [],
    list: { name: 'check', title: 'Check' },
    selection: selectionSchema.parse({}),
    candidates: [],
    topics: {},
    data: {},
    uncertain: 'hold',
    onceKey: null,
    retryUntil: 0,
    autoPauseShare: 1,
    autoPauseAfter: 1,
    language: 'en',
    timeZone: 'UTC',
    earlier: [],
    startedAt: 0,
  }
  const plan = sharePlan(`check${++last}`, makePlan({ ...config, dkim: [] }, 0, spec))
  return (await pool.check({ plan })).problems
}
