import { type Campaign, campaignInputSchema } from '../model/campaign.ts'
import type { CampaignId, EpochMs, Json } from '../model/ids.ts'
import type { PublicationSpec } from '../model/publication.ts'
import type { TemplateInput } from '../model/template.ts'
import type { Store } from '../ports/store.ts'
import { specOf } from './spec.ts'
import { withDraft } from './with-draft.ts'

// RFC 2606: it is nobody's.
const sender = { address: 'preview@example.org' }
const channel = 'preview'
const untracked = { links: false, opens: false }

/** What letters of a template would be made from that is not kept: the newest items, the store's layouts, partials and assets, and `data`
 *  as `campaign.data`. Layouts and partials are shown as if they were letters. For previews only: it names a channel that there is not. */
export async function draftSpec(
  store: Store,
  input: TemplateInput,
  data: { readonly [key: string]: Json },
  now: EpochMs,
): Promise<PublicationSpec> {
  const { name } = input
  const dated = { version: 0, createdAt: now, updatedAt: now }
  const campaign: Campaign = {
    ...campaignInputSchema.parse({
      name,
      title: name,
      template: name,
      sender,
      channel,
      where: 'everyone',
      data,
      selection: { onlyNew: false },
    }),
    ...dated,
    id: 0 as CampaignId,
    state: 'draft',
    reason: null,
    scheduledAt: null,
    publicationId: null,
  }
  const drafted = { ...store, templates: withDraft(store.templates, { ...input, kind: 'letter' }) }
  return specOf(drafted, [channel], untracked, campaign, now)
}
