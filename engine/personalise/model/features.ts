import { primarySubtag } from '../language.ts'

/** What the model looks at, in the order of its weights. `bias`, `depth` and `rate` explain a click and are the same for, or
 *  no property of, all that is ranked: the ranker leaves them out. */
export const featureNames = [
  'bias',
  'depth',
  'interest',
  'language',
  'recency',
  'popularity',
  'topics',
  'item',
  'trend',
  'reader',
  'rate',
] as const
export type FeatureName = (typeof featureNames)[number]
export const featureCount = featureNames.length
export const feature = Object.fromEntries(featureNames.map((name, index) => [name, index])) as {
  readonly [name in FeatureName]: number
}

/** What is believed of a weight, and what it may become. */
interface Belief {
  readonly mean: number
  readonly deviation: number
  readonly low: number
  readonly high: number
}

const factor: Belief = { mean: 1, deviation: 0.5, low: -0.5, high: 3 }
const odds: Belief = { mean: 1, deviation: 0.3, low: 0, high: 4 }
const beliefs: { readonly [name in FeatureName]: Belief } = {
  bias: { mean: -2.5, deviation: 2, low: -15, high: 5 },
  depth: { mean: 0.5, deviation: 0.4, low: 0, high: 2 },
  interest: factor,
  language: factor,
  // News may be old within hours, whatever half-life a campaign names.
  recency: { ...factor, high: 20 },
  popularity: factor,
  topics: odds,
  item: odds,
  trend: { mean: 0, deviation: 0.3, low: -0.5, high: 4 },
  reader: odds,
  rate: { mean: 1, deviation: 0.2, low: 0, high: 2 },
}

/** What is believed before anything is known. With these means alone the score is the
 *  built-in ranker's, since its factors are this model's logarithms. `depth`: how many log-odds an item loses for each e-fold
 *  of its place (Joachims, Swaminathan and Schnabel, WSDM 2017, take 1 / place for the chance of being looked at; letters are
 *  shorter than result pages, so that half of it is believed first). A trend is first believed to be worth nothing. */
export const prior: readonly Belief[] = featureNames.map((name) => beliefs[name])

/** What an item of no declared interest keeps: it fills a letter up, and never leads a followed topic. */
export const interestFloor = 0.1
/** What an item in another language than the reader's keeps: a followed topic in the wrong language counts
 *  about as much as any other topic in the right one. Items or readers without a language lose nothing. */
export const otherLanguageShare = 0.1
/** What an item of popularity 0 keeps: it can still be somebody's only news. */
export const popularityFloor = 0.1
/** Log-odds that age takes at most: beyond ten half-lives all is old alike. */
const oldest = -10 * Math.LN2

/** `weight`: the highest that the reader gives one of the item's topics, 0 to 1. */
export const interestFactor = (weight: number): number => interestFloor + (1 - interestFloor) * weight
export const popularityFactor = (popularity: number): number =>
  popularityFloor + (1 - popularityFloor) * popularity
export const languageFactor = (reader: string | null, item: string | null): number =>
  reader === null || item === null || primarySubtag(reader) === primarySubtag(item) ? 1 : otherLanguageShare
/** `halfLives`: the item's age. */
export const logRecency = (halfLives: number): number => Math.max(-Math.LN2 * Math.max(0, halfLives), oldest)

/** The odds of several topics as one: their sum by the root of their number, between a mean (which drowns one loved topic
 *  among several) and a sum (which counts near-synonyms twice). */
export const pooled = (sum: number, count: number): number => (count < 2 ? sum : sum / Math.sqrt(count))
