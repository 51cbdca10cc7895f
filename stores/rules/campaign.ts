import type { CampaignInput } from '../../engine/model/campaign.ts'

/** What campaigns kept by an earlier version do not say. */
const later = {
  archive: false,
  repeat: null,
  deliverAt: 'same-moment',
  ignoreCaps: false,
  tracking: { links: null, opens: null },
} as const
const laterSelection = { sinceLast: false, minimumNew: 0 }

/** A kept input, whole. */
export const wholeInput = (input: CampaignInput): CampaignInput => ({
  ...later,
  ...input,
  selection: { ...laterSelection, ...input.selection },
})
