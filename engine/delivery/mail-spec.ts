import { createHash } from 'node:crypto'
import type { EngineConfig } from '../config.ts'
import { BroadsheetError } from '../errors.ts'
import { parseAddress } from '../model/address.ts'
import { selectionSchema } from '../model/campaign.ts'
import type { CampaignId } from '../model/ids.ts'
import type { PublicationSpec } from '../model/publication.ts'
import type { TemplateBundle } from '../model/template.ts'
import { makePlan, type SharedPlan, sharePlan } from '../render/plan.ts'

/** Who mails of no campaign are from: the setting, else no-reply at the public address. Refuses with E_CONFIG where that is no
 *  domain; `setting` names what to set then. */
export function mailSender(
  config: Pick<EngineConfig, 'publicUrl'>,
  said: PublicationSpec['sender'] | null,
  setting: string,
): PublicationSpec['sender'] {
  if (said !== null) return said
  const address = parseAddress(`no-reply@${new URL(config.publicUrl).hostname}`)
  if ('error' in address)
    throw new BroadsheetError('E_CONFIG', `This mail needs a sender: set ${setting}.address.`)
  return { address: address.ok, name: '', replyTo: null }
}

/** What mails that no campaign sends are made from: nothing but a template and a sender. */
export function mailPlan(
  config: EngineConfig,
  mail: {
    readonly bundle: TemplateBundle
    readonly sender: PublicationSpec['sender']
    readonly language: string
  },
): SharedPlan {
  const { bundle, sender, language } = mail
  const { name } = bundle.template
  const spec: PublicationSpec = {
    campaign: { id: 0 as CampaignId, name, title: name },
    bundle,
    subject: null,
    sender,
    channel: 'notice',
    listIds: [],
    excludeListIds: [],
    segments: [],
    excludeSegments: [],
    publications: [],
    excludePublications: [],
    list: { name, title: name },
    selection: { ...selectionSchema.parse({}), count: 0 },
    candidates: [],
    topics: {},
    data: {},
    uncertain: 'resend',
    onceKey: null,
    retryUntil: 0,
    autoPauseShare: 1,
    autoPauseAfter: 1,
    language,
    timeZone: config.subscriptions.timeZone,
    earlier: [],
    startedAt: 0,
  }
  const plan = makePlan(config, 0, spec, true)
  // By what is in it: the same template is compiled once a thread, an edited one anew.
  return sharePlan(`mail${createHash('sha256').update(JSON.stringify(spec)).digest('hex')}`, plan)
}
