import type { KeywordRule } from '../model/feed.ts'

/** Finds the topics whose words a text has. */
export interface TopicMatcher {
  match(text: { readonly title: string; readonly body: string }): readonly string[]
}

interface Rule {
  readonly topic: string
  readonly where: KeywordRule['in']
}
interface Node {
  readonly next: Map<number, Node>
  fail: Node | null
  /** Patterns that end here, this node's and those of its suffixes. */
  readonly ends: { readonly length: number; readonly rule: Rule }[]
}

const maxText = 200_000
/** Writing without spaces between words: every place is a boundary. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
const wordCharacter = /[\p{L}\p{N}\p{M}_]/u

export const fold = (text: string): string =>
  text
    .slice(0, maxText)
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFC')
    .replace(/[\s\u00ad\u200b]+/g, ' ')
    .trim()

/** Compile rules into one automaton (Aho, Corasick 1975): a text is read once, whatever the number of words, and
 *  nothing that people write is ever a regular expression. Words match whole, case aside. */
export function createTopicMatcher(rules: readonly KeywordRule[]): TopicMatcher {
  const root: Node = { next: new Map(), fail: null, ends: [] }
  for (const { topic, words, in: where } of rules)
    for (const word of words) {
      const pattern = fold(word)
      if (pattern === '') continue
      let node = root
      for (let i = 0; i < pattern.length; i++) {
        const code = pattern.charCodeAt(i)
        let child = node.next.get(code)
        if (child === undefined) {
          child = { next: new Map(), fail: null, ends: [] }
          node.next.set(code, child)
        }
        node = child
      }
      node.ends.push({ length: pattern.length, rule: { topic, where } })
    }
  const queue: Node[] = []
  for (const child of root.next.values()) {
    child.fail = root
    queue.push(child)
  }
  for (const node of queue)
    for (const [code, child] of node.next) {
      let fail = node.fail
      while (fail !== null && !fail.next.has(code)) fail = fail.fail
      child.fail = fail?.next.get(code) ?? root
      child.ends.push(...child.fail.ends)
      queue.push(child)
    }

  function scan(raw: string, part: 'title' | 'body', found: Set<string>): void {
    const text = fold(raw)
    let node: Node = root
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      while (node !== root && !node.next.has(code)) node = node.fail ?? root
      node = node.next.get(code) ?? root
      for (const { length, rule } of node.ends)
        if (
          !found.has(rule.topic) &&
          (rule.where === 'any' || rule.where === part) &&
          isWhole(text, i + 1 - length, i + 1)
        )
          found.add(rule.topic)
    }
  }

  return {
    match({ title, body }) {
      const found = new Set<string>()
      if (root.next.size > 0) {
        scan(title, 'title', found)
        scan(body, 'body', found)
      }
      // In the order of the rules, so that the same text always gives the same list.
      return [...new Set(rules.map(({ topic }) => topic))].filter((topic) => found.has(topic))
    },
  }
}

const isWhole = (text: string, from: number, to: number): boolean =>
  boundary(text, from) && boundary(text, to)

/** Does a word begin or end before `at`? */
function boundary(text: string, at: number): boolean {
  const before = characterBefore(text, at)
  const after = at < text.length ? String.fromCodePoint(text.codePointAt(at)!) : ''
  if (!wordCharacter.test(before) || !wordCharacter.test(after)) return true
  return unspaced.test(before) || unspaced.test(after)
}

function characterBefore(text: string, at: number): string {
  if (at === 0) return ''
  const low = text.charCodeAt(at - 1)
  return low >= 0xdc00 && low <= 0xdfff && at > 1 ? text.slice(at - 2, at) : text[at - 1]!
}

/** Topics of an item: the feed's own, those of its categories, those of its words. At most 32, each once. */
export function createTopicRules(feed: {
  readonly topics: readonly string[]
  readonly categoryMap: { readonly [category: string]: string }
  readonly keywordRules: readonly KeywordRule[]
}): (item: {
  readonly title: string
  readonly body: string
  readonly categories: readonly string[]
}) => readonly string[] {
  const byCategory = new Map(
    Object.entries(feed.categoryMap).map(([category, topic]) => [fold(category), topic]),
  )
  const matcher = createTopicMatcher(feed.keywordRules)
  return (item) => {
    const mapped = item.categories
      .map((category) => byCategory.get(fold(category)))
      .filter((topic) => topic !== undefined)
    return [...new Set([...feed.topics, ...mapped, ...matcher.match(item)])].slice(0, 32)
  }
}
