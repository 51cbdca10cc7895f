import { domainOf } from '../../engine/model/address.ts'
import type { EventType } from '../../engine/model/event.ts'
import type { CampaignId, EpochMs, Json, ListId } from '../../engine/model/ids.ts'
import type { Membership } from '../../engine/model/list.ts'
import {
  type Attribute,
  type Comparison,
  foldText,
  isoTime,
  type ResolvedRule,
  type Scalar,
  type Span,
  type TextField,
  textFits,
} from '../../engine/model/segment.ts'
import type { Subscriber } from '../../engine/model/subscriber.ts'

/** All that a rule may ask of someone. */
export interface Person {
  readonly subscriber: Subscriber
  membership(list: ListId): Membership | null
  events(): Iterable<{
    readonly type: EventType
    readonly at: EpochMs
    /** Whose publication it was; null when that is gone. */
    readonly campaign: CampaignId | null
  }>
}

/** Does the rule fit? What stores say in their own language means this. */
export function fits(rule: ResolvedRule, person: Person): boolean {
  const { subscriber } = person
  switch (rule.is) {
    case 'everyone':
      return true
    case 'and':
      return rule.rules.every((one) => fits(one, person))
    case 'or':
      return rule.rules.some((one) => fits(one, person))
    case 'not':
      return !fits(rule.rule, person)
    case 'compare':
      return compares(fieldOf(subscriber, rule.field), rule.op, rule.value)
    case 'in': {
      const value = fieldOf(subscriber, rule.field)
      return rule.values.some((one) => compares(value, '=', one))
    }
    case 'match': {
      const value = fieldOf(subscriber, rule.field)
      const folded = foldText(rule.text)
      if (typeof value === 'string') return textFits(value, rule.how, folded)
      if (rule.how !== 'contains' || !Array.isArray(value)) return false
      return (value as readonly Json[]).some((one) => typeof one === 'string' && foldText(one) === folded)
    }
    case 'missing':
      return fieldOf(subscriber, rule.field) === null
    case 'time':
      return inSpan(timeOf(subscriber, rule.field), rule.when)
    case 'topic':
      return compares(
        Object.hasOwn(subscriber.topics, rule.topic) ? subscriber.topics[rule.topic]! : 0,
        rule.op,
        rule.weight,
      )
    case 'member':
      return person.membership(rule.list) === rule.membership
    case 'event':
      for (const event of person.events())
        if (
          event.type === rule.event &&
          (rule.campaign === null || event.campaign === rule.campaign) &&
          (rule.when === null || inSpan(event.at, rule.when))
        )
          return true
      return false
  }
}

function fieldOf(subscriber: Subscriber, field: TextField | Attribute): Json {
  switch (field) {
    case 'address':
    case 'name':
    case 'language':
    case 'status':
      return subscriber[field]
    case 'timezone':
      return subscriber.timeZone
    case 'domain':
      return domainOf(subscriber.address)
    default: {
      let here: Json = subscriber.attributes
      for (const step of field.attribute) {
        if (typeof here !== 'object' || here === null || Array.isArray(here)) return null
        if (!Object.hasOwn(here, step)) return null
        here = (here as { readonly [key: string]: Json })[step]!
      }
      return here
    }
  }
}

function timeOf(subscriber: Subscriber, field: 'joined' | 'updated' | Attribute): EpochMs | null {
  if (field === 'joined') return subscriber.createdAt
  if (field === 'updated') return subscriber.updatedAt
  const value = fieldOf(subscriber, field)
  return typeof value === 'string' ? isoTime(value) : null
}

/** Is the value of the wanted one's type, and so? `<` to `>=` are for numbers. */
export function compares(value: Json, op: Comparison, wanted: Scalar): boolean {
  if (typeof value === 'string' && typeof wanted === 'string') return foldText(value) === foldText(wanted)
  if (typeof value !== typeof wanted) return false
  if (typeof value !== 'number' || typeof wanted !== 'number') return value === wanted
  switch (op) {
    case '=':
      return value === wanted
    case '<':
      return value < wanted
    case '<=':
      return value <= wanted
    case '>':
      return value > wanted
    case '>=':
      return value >= wanted
  }
}

const inSpan = (at: EpochMs | null, { from, to }: Span): boolean =>
  at !== null && (from === null || at >= from) && (to === null || at < to)
