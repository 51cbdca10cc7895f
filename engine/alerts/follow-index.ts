import { type Alert, severities } from '../model/alert.ts'
import type { Follow, LabelMatcher } from '../model/follow.ts'
import { compileMatchers, type Matcher, matchesAll, printMatchers } from './matchers/matcher.ts'
import { createInterner } from './tables/interner.ts'
import { createSlotTable } from './tables/slot-table.ts'

/** What somebody wants to hear of. */
export type Interest = Pick<Follow, 'topics' | 'minSeverity' | 'filter'>

/** Finds the follows that an alert is for. */
export interface FollowIndex {
  readonly size: number
  /** Distinct rests of filters, topics and lists that are kept for them. */
  readonly kept: number
  /** `id` is 1 to 2^32 - 1; one that is there already is replaced. False when a pattern of the filter does not compile: then it
   *  is not there. */
  add(id: number, interest: Interest): boolean
  /** False when there was none. */
  remove(id: number): boolean
  /** Ids in no order, each once; a fresh array. */
  match(alert: Pick<Alert, 'topic' | 'severity' | 'labels'>): Uint32Array
}

interface Filter {
  readonly matchers: readonly Matcher[]
}

/** Fields of a slot, which stands for a follow and one of its topics. */
const idField = 0
/** The number of the filter times 4, and the place of the least severity. */
const wantField = 1
/** The number of the topic and 1; 0: every topic. */
const topicField = 2
/** The list it hangs in, and where. */
const listField = 3
const placeField = 4
/** The follow's next slot; of a free one, the next free one. */
const nextField = 5
const fields = 6

const none = 0xffff_ffff
const everyTopic = 0

/** Each follow hangs in one list: by a label that its filter wants equal, the one that fewest have wanted when it was added;
 *  or else in those of its topics. A match walks the lists of the alert's own labels and topic, and asks each distinct
 *  rest of a filter once. Filters, topics and labels are kept once, however many want them, and go with the last that does.
 *
 *  Rejected: lists by topic and label, which are so many that most have one member; a list threaded through the slots, which
 *  after many changes waits for memory at each step. */
export function createFollowIndex(): FollowIndex {
  let slots = new Uint32Array(1024 * fields)
  let used = 0
  let free = none
  /** By follow, the first of its slots. */
  const heads = createSlotTable((at) => slots[at + idField]!)
  const lists = createInterner<number[]>()
  const topics = createInterner<null>()
  const filters = createInterner<Filter>()
  // By filter, what it said of the alert at hand: an even stamp is a yes, the odd one after it a no.
  let verdicts = new Float64Array(64)
  let stamp = 0
  // All matches write into it: a million ids are 4 MB.
  let found = new Uint32Array(1024)

  function slot(): number {
    if (free !== none) {
      const at = free
      free = slots[at + nextField]!
      return at
    }
    if (used + fields > slots.length) {
      const larger = new Uint32Array(Math.ceil((slots.length * 1.25) / fields) * fields)
      larger.set(slots)
      slots = larger
    }
    const at = used
    used += fields
    return at
  }

  function hang(id: number, want: number, topic: number, key: string, next: number): number {
    const at = slot()
    let place = 0
    // A list grows by 16 at its first push; most of those by label have but one member.
    const list = lists.take(key, () => [at])
    const members = lists.at(list)
    if (members[0] !== at) place = members.push(at) - 1
    slots[at + idField] = id
    slots[at + wantField] = want
    slots[at + topicField] = topic
    slots[at + listField] = list
    slots[at + placeField] = place
    slots[at + nextField] = next
    return at
  }

  function unhang(at: number): void {
    const list = slots[at + listField]!
    const members = lists.at(list)
    const place = slots[at + placeField]!
    const last = members.pop()!
    if (last !== at) {
      members[place] = last
      slots[last + placeField] = place
    }
    lists.drop(list)
    if (slots[at + topicField] !== everyTopic) topics.drop(slots[at + topicField]! - 1)
    filters.drop(slots[at + wantField]! >>> 2)
    slots[at + nextField] = free
    free = at
  }

  /** The label to hang it by; null when its filter wants none equal. One that is to be missing is no label of an alert. */
  function rarestLabel(matchers: readonly LabelMatcher[]): string | null {
    let best: string | null = null
    let fewest = Number.POSITIVE_INFINITY
    for (const matcher of matchers) {
      const key = equalKey(matcher)
      if (key === null) continue
      const members = lists.find(key)
      const count = members === undefined ? 0 : lists.at(members).length
      if (count < fewest) [best, fewest] = [key, count]
    }
    return best
  }

  function remove(id: number): boolean {
    const head = heads.find(id)
    if (head === undefined) return false
    heads.remove(id)
    for (let at = head; at !== none; ) {
      const next = slots[at + nextField]!
      unhang(at)
      at = next
    }
    return true
  }

  return {
    get size() {
      return heads.size
    },
    get kept() {
      return filters.size + topics.size + lists.size
    },
    remove,
    add(id, { topics: wanted, minSeverity, filter }) {
      remove(id)
      const label = rarestLabel(filter)
      // To be in the label's list answers that matcher.
      const rest = filter.filter((matcher) => label === null || equalKey(matcher) !== label)
      const text = printMatchers(rest)
      // A pattern costs more to compile than all else here: what is known is compiled already.
      const compiled = filters.find(text) === undefined ? compileMatchers(rest) : { ok: [] }
      if ('issues' in compiled) return false
      const matchers = compiled.ok
      let head = none
      for (const topic of wanted.length === 0 ? [null] : new Set(wanted)) {
        const topicId = topic === null ? everyTopic : topics.take(topic, () => null) + 1
        const key = label ?? (topic === null ? '' : topicKey(topic))
        const want = filters.take(text, () => ({ matchers })) * 4 + severities.indexOf(minSeverity)
        head = hang(id, want, topicId, key, head)
      }
      heads.add(head)
      return true
    },
    match({ topic, severity, labels }) {
      stamp += 2
      if (verdicts.length < filters.limit) verdicts = new Float64Array(filters.limit * 2)
      let count = 0
      const rank = severities.indexOf(severity)
      const known = topic === null ? undefined : topics.find(topic)
      const topicId = known === undefined ? everyTopic : known + 1
      const wants = (filter: number): boolean => {
        let verdict = verdicts[filter]!
        if (verdict < stamp) {
          verdict = matchesAll(filters.at(filter).matchers, labels) ? stamp : stamp + 1
          verdicts[filter] = verdict
        }
        return verdict === stamp
      }
      const walk = (list: number | undefined) => {
        if (list === undefined) return
        for (const at of lists.at(list)) {
          const want = slots[at + wantField]!
          if ((want & 3) > rank) continue
          const own = slots[at + topicField]!
          if ((own !== everyTopic && own !== topicId) || !wants(want >>> 2)) continue
          if (count === found.length) {
            const larger = new Uint32Array(count * 2)
            larger.set(found)
            found = larger
          }
          found[count++] = slots[at + idField]!
        }
      }
      walk(lists.find(''))
      if (topic !== null) walk(lists.find(topicKey(topic)))
      for (const [name, value] of Object.entries(labels)) walk(lists.find(labelKey(name, value)))
      return found.slice(0, count)
    },
  }
}

// No topic and no label has U+0000, and no label is without a name.
const topicKey = (topic: string) => `\0${topic}`
const equalKey = ({ name, operator, value }: LabelMatcher): string | null =>
  operator === '=' && value !== '' ? labelKey(name, value) : null
const labelKey = (name: string, value: string) => `${name}\0${value}`
