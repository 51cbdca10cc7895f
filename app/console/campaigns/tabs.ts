import type { Campaign } from '../api/operations.ts'

export const tabNames = [
  'run',
  'report',
  'editions',
  'letter',
  'template',
  'items',
  'audience',
  'settings',
  'send',
] as const
export type TabName = (typeof tabNames)[number]

export const isOpen = ({ state }: Pick<Campaign, 'state'>): boolean =>
  state === 'draft' || state === 'scheduled'

/** What there is to see of a campaign by now, the first of it first. */
export function tabsOf(campaign: Campaign): readonly TabName[] {
  const made: readonly TabName[] = ['letter', 'template', 'items', 'audience', 'settings']
  const before: readonly TabName[] = isOpen(campaign) ? [...made, 'send'] : []
  const ran: readonly TabName[] = campaign.publicationId === null ? [] : ['run', 'report']
  const again: readonly TabName[] = campaign.repeat !== null && campaign.state !== 'draft' ? ['editions'] : []
  return isOpen(campaign) ? [...before, ...again, ...ran] : [...ran, ...again, ...made]
}
