import type { Answer, Given } from '../../../api/client.ts'

export type Follow = Answer<'GET /subscribers/{id}/follows/{follow}'>
type Body = Given<'POST /subscribers/{id}/follows'>['body']

/** A follow as its form has it. */
export interface FollowDraft {
  readonly channel: string
  readonly contact: string
  readonly topics: readonly string[]
  readonly minSeverity: Follow['minSeverity']
  readonly filter: Follow['filter']
}

export const noFollow: FollowDraft = {
  channel: '',
  contact: '',
  topics: [],
  minSeverity: 'warning',
  filter: [],
}

export const draftOf = ({ channel, contact, topics, minSeverity, filter }: Follow): FollowDraft => ({
  channel,
  contact: contact ?? '',
  topics,
  minSeverity,
  filter,
})

/** What is sent: lines of labels that nobody has filled in are none. */
export const bodyOf = ({ channel, contact, topics, minSeverity, filter }: FollowDraft): Body => ({
  channel,
  contact: contact.trim() === '' ? null : contact.trim(),
  topics,
  minSeverity,
  filter: filter.filter(({ name, value }) => name !== '' || value !== ''),
})
