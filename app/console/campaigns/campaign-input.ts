import type { Given } from '../api/client.ts'
import type { Campaign } from '../api/operations.ts'

/** What can be written of a campaign. */
export type CampaignInput = Given<'PUT /campaigns/{idOrName}'>['body']

/** All of it, with nothing left out. */
export type FullInput = Omit<
  Campaign,
  'id' | 'version' | 'createdAt' | 'updatedAt' | 'state' | 'reason' | 'scheduledAt' | 'publicationId'
>

export function inputOf(campaign: Campaign): FullInput {
  const {
    id: _id,
    version: _version,
    createdAt: _createdAt,
    updatedAt: _updatedAt,
    state: _state,
    reason: _reason,
    scheduledAt: _scheduledAt,
    publicationId: _publicationId,
    ...input
  } = campaign
  return input
}

/** Names of all who are named, without those left out. */
export const audienceNames = ({
  lists,
  segments,
  campaigns,
}: Pick<Campaign, 'lists' | 'segments' | 'campaigns'>): readonly string[] => [
  ...lists,
  ...segments,
  ...campaigns,
]

export const isForNobody = (input: Pick<Campaign, 'lists' | 'segments' | 'campaigns' | 'where'>): boolean =>
  audienceNames(input).length === 0 && input.where === null

/** A name that the API takes, made of a title. */
export const slugOf = (title: string): string =>
  title
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60)
