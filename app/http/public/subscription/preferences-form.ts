import type { EpochMs } from '../../../../engine/model/ids.ts'
import type { Topic } from '../../../../engine/model/list.ts'
import { departedStatuses } from '../../../../engine/model/subscriber.ts'
import type { PersonView, PreferenceChange } from '../../../../engine/subscriptions.ts'
import { lineOf } from '../form.ts'
import type { FieldErrors } from '../page/fields.ts'
import { type TopicChoice, topicWeights, type Words } from '../page/words.ts'
import { dayAfter, dayOf, startOfDay } from './local-date.ts'

/** A list as the page offers it. */
export interface OfferedList {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly on: boolean
  /** Asked for, not confirmed. */
  readonly waiting: boolean
}

/** What a preferences page can change. */
export interface Offer {
  readonly lists: readonly OfferedList[]
  readonly topics: readonly Topic[]
  readonly languages: readonly string[]
  readonly timeZones: readonly string[]
}

/** What stands in the form. */
export interface PreferenceFields {
  readonly lists: readonly string[]
  readonly topics: { readonly [slug: string]: TopicChoice | '' }
  readonly name: string
  readonly language: string
  readonly timeZone: string
  readonly maxPerWeek: string
  readonly tracking: string
  readonly pausedUntil: string
}
export type PreferenceErrors = FieldErrors<
  'name' | 'language' | 'timeZone' | 'maxPerWeek' | 'tracking' | 'pausedUntil'
>

/** Letters a week that can be chosen, besides the one that was chosen elsewhere. */
export const weekly = [1, 2, 3, 5, 7, 14]
const maxPauseMs = 731 * 86_400_000
const maxName = 200

const choices = Object.keys(topicWeights) as TopicChoice[]
/** The choice that is nearest to a weight, which may have been learned or imported. */
export const choiceOf = (weight: number): TopicChoice =>
  [...choices].sort((a, b) => Math.abs(topicWeights[a] - weight) - Math.abs(topicWeights[b] - weight))[0]!

/** Where a person's days begin. */
export const zoneOf = ({ subscriber }: PersonView): string => subscriber.timeZone ?? 'UTC'

/** A person's settings as they are: what the form shows at first, and what its changes are told from. */
export function presentFields(person: PersonView, offer: Offer): PreferenceFields {
  const { subscriber, maxPerWeek, tracking, pausedUntil } = person
  return {
    lists: offer.lists.filter(({ on, waiting }) => on || waiting).map(({ name }) => name),
    topics: Object.fromEntries(
      offer.topics.map(({ name }) => {
        const weight = Object.hasOwn(subscriber.topics, name) ? subscriber.topics[name] : undefined
        return [name, weight === undefined ? '' : choiceOf(weight)]
      }),
    ),
    name: subscriber.name ?? '',
    language: subscriber.language ?? '',
    timeZone: subscriber.timeZone ?? '',
    maxPerWeek: maxPerWeek === null ? '' : String(maxPerWeek),
    tracking: tracking === 'unknown' ? '' : tracking,
    pausedUntil: pausedUntil === null ? '' : dayOf(pausedUntil, zoneOf(person)),
  }
}

/** The form as it was sent. */
export function sentFields(form: URLSearchParams, offer: Offer): PreferenceFields {
  return {
    lists: offer.lists.map(({ name }) => name).filter((name) => form.getAll('list').includes(name)),
    topics: Object.fromEntries(
      offer.topics.map(({ name }) => [
        name,
        choices.find((choice) => choice === form.get(`topic-${name}`)) ?? '',
      ]),
    ),
    name: lineOf(form, 'name'),
    language: lineOf(form, 'language'),
    timeZone: lineOf(form, 'timeZone'),
    maxPerWeek: lineOf(form, 'maxPerWeek'),
    tracking: lineOf(form, 'tracking'),
    pausedUntil: lineOf(form, 'pausedUntil'),
  }
}

/** What was changed, and nothing else: a weight that was learned stays as exact as it was while its choice stands. */
export function changeOf(
  before: PreferenceFields,
  after: PreferenceFields,
  person: PersonView,
  offer: Offer,
  now: EpochMs,
  words: Words,
): { readonly change: PreferenceChange } | { readonly errors: PreferenceErrors } {
  const moved = <K extends keyof PreferenceFields>(field: K) => before[field] !== after[field]
  const choiceWrong = words.preferences.choiceWrong
  const errors: { -readonly [field in keyof PreferenceErrors]: PreferenceErrors[field] } = {}
  if (after.name.length > maxName) errors.name = words.nameWrong
  if (moved('language') && after.language !== '' && !offer.languages.includes(after.language))
    errors.language = choiceWrong
  if (moved('timeZone') && after.timeZone !== '' && !offer.timeZones.includes(after.timeZone))
    errors.timeZone = choiceWrong
  if (moved('maxPerWeek') && after.maxPerWeek !== '' && !weekly.includes(Number(after.maxPerWeek)))
    errors.maxPerWeek = choiceWrong
  if (moved('tracking') && !isTracking(after.tracking)) errors.tracking = choiceWrong

  const zone = errors.timeZone === undefined && after.timeZone !== '' ? after.timeZone : zoneOf(person)
  const until = after.pausedUntil === '' ? null : startOfDay(after.pausedUntil, zone)
  if (moved('pausedUntil') && after.pausedUntil !== '')
    if (until === null || until <= now || until > now + maxPauseMs)
      errors.pausedUntil = words.preferences.dateWrong
  if (Object.keys(errors).length > 0) return { errors }

  const topics = Object.entries(after.topics).filter(
    ([name, choice]) => choice !== '' && choice !== before.topics[name],
  ) as [string, TopicChoice][]
  // What a person who left is still a member of is on the page unticked, and ticking it joins anew.
  const join = after.lists.filter((name) => !before.lists.includes(name))
  const leave = before.lists.filter((name) => !after.lists.includes(name))
  return {
    change: {
      ...(moved('name') && { name: after.name === '' ? null : after.name }),
      ...(moved('language') && { language: after.language === '' ? null : after.language }),
      ...(moved('timeZone') && { timeZone: after.timeZone === '' ? null : after.timeZone }),
      ...(topics.length > 0 && {
        topics: Object.fromEntries(topics.map(([name, choice]) => [name, topicWeights[choice]])),
      }),
      ...(join.length > 0 && { join }),
      ...(leave.length > 0 && { leave }),
      ...(moved('maxPerWeek') && {
        maxPerWeek: after.maxPerWeek === '' ? null : Number(after.maxPerWeek),
      }),
      ...(moved('tracking') && isTracking(after.tracking) && { tracking: after.tracking }),
      ...(moved('pausedUntil') && { pausedUntil: until }),
    },
  }
}

const isTracking = (said: string): said is 'granted' | 'denied' => said === 'granted' || said === 'denied'

/** All lists that a person is or was on, and those that anybody may join. */
export function offeredLists(
  person: PersonView,
  open: readonly { readonly name: string; readonly title: string; readonly description: string }[],
): readonly OfferedList[] {
  const departed = departedStatuses.includes(person.subscriber.status)
  const known = person.memberships
    // One that was left, and that nobody may join, is nobody's business any more.
    .filter(
      ({ name, membership }) => membership !== 'unsubscribed' || open.some((list) => list.name === name),
    )
    .map(({ name, title, description, membership }) => ({
      name,
      title,
      description,
      on: membership === 'active' && !departed,
      waiting: membership === 'unconfirmed' && !departed,
    }))
  const others = open
    .filter(({ name }) => !known.some((list) => list.name === name))
    .map(({ name, title, description }) => ({ name, title, description, on: false, waiting: false }))
  return [...known, ...others]
}

export const firstPauseDay = (now: EpochMs, zone: string): string => dayAfter(dayOf(now, zone))
