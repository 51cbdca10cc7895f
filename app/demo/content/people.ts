import type { SubscriberInput } from '../../../engine/model/subscriber.ts'
import { communities } from './names.ts'
import { topics } from './publication.ts'

type Interests = Readonly<Record<string, number>>

/** Kinds of readers, and how many in a hundred are of each. */
const profiles: readonly { readonly weight: number; readonly interests: Interests }[] = [
  { weight: 12, interests: { harbour: 0.95, economy: 0.5, sport: 0.4 } },
  { weight: 12, interests: { security: 0.95, science: 0.55 } },
  { weight: 12, interests: { climate: 0.9, science: 0.6, cities: 0.5, food: 0.25 } },
  { weight: 12, interests: { cities: 0.9, culture: 0.5, economy: 0.4 } },
  { weight: 11, interests: { culture: 0.95, food: 0.6 } },
  { weight: 11, interests: { sport: 0.95, health: 0.5 } },
  { weight: 9, interests: { health: 0.85, food: 0.7, science: 0.3 } },
  { weight: 9, interests: { economy: 0.9, security: 0.5, cities: 0.3, climate: 0.3 } },
  // Everything a little; and people who never said.
  {
    weight: 6,
    interests: {
      harbour: 0.4,
      security: 0.4,
      climate: 0.4,
      culture: 0.4,
      sport: 0.4,
      food: 0.4,
      cities: 0.4,
    },
  },
  { weight: 6, interests: {} },
]

const plans = [
  { weight: 70, plan: 'free' },
  { weight: 24, plan: 'supporter' },
  { weight: 6, plan: 'patron' },
]
const domains = ['example.com', 'example.org', 'example.net']

/** Readers from many places, each with interests of their own. The same numbers from `random` (uniform in
 *  [0, 1)) make the same people. Addresses are distinct, and reserved for examples (RFC 2606). */
export function makePeople(count: number, random: () => number): SubscriberInput[] {
  const taken = new Map<string, number>()
  return Array.from({ length: count }, () => {
    const community = byWeight(communities, random)
    const first = oneOf(community.first.split(' '), random)
    const last = oneOf(community.last.split(' '), random)
    const [city, timeZone] = oneOf(community.homes, random).split('|') as [string, string]
    const mailbox = `${inAscii(first)}.${inAscii(last)}`
    const namesake = (taken.get(mailbox) ?? 0) + 1
    taken.set(mailbox, namesake)
    return {
      address: `${mailbox}${namesake === 1 ? '' : namesake}@${oneOf(domains, random)}`,
      name: `${first} ${last}`,
      language: oneOf(community.languages, random),
      timeZone,
      status: 'active',
      attributes: {
        city,
        plan: byWeight(plans, random).plan,
        since: 2019 + Math.floor(random() * 8),
      },
      topics: ownInterests(byWeight(profiles, random).interests, random),
    }
  })
}

/** Nobody is quite like their kind: weights differ by up to 0.2, one interest in eight is missing, and most
 *  have another that is all their own. */
function ownInterests(interests: Interests, random: () => number): Record<string, number> {
  const own: Record<string, number> = {}
  const add = (topic: string, weight: number) => {
    own[topic] = Math.min(1, Math.max(0.05, Math.round(weight * 100) / 100))
  }
  for (const [topic, weight] of Object.entries(interests)) {
    const shifted = weight + (random() - 0.5) * 0.4
    if (random() >= 1 / 8) add(topic, shifted)
  }
  if (Object.keys(own).length > 0 && random() < 0.7) add(oneOf(topics, random).name, 0.3 + random() * 0.6)
  return own
}

function byWeight<T extends { readonly weight: number }>(choices: readonly T[], random: () => number): T {
  let left = random() * choices.reduce((sum, { weight }) => sum + weight, 0)
  for (const choice of choices) {
    left -= choice.weight
    if (left < 0) return choice
  }
  return choices.at(-1)!
}

function oneOf<T>(values: readonly T[], random: () => number): T {
  return values[Math.floor(random() * values.length)]!
}

// Letters that no Unicode decomposition takes apart.
const plainLetters: Readonly<Record<string, string>> = {
  æ: 'ae',
  ð: 'd',
  ı: 'i',
  ł: 'l',
  ø: 'o',
  ß: 'ss',
  þ: 'th',
}

/** `Łukasz O’Brien` as a mailbox would have it. */
function inAscii(name: string): string {
  return name
    .toLowerCase()
    .replace(/[æðıłøßþ]/g, (letter) => plainLetters[letter]!)
    .normalize('NFD')
    .replace(/[^a-z-]/g, '')
}
