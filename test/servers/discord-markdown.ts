/** What one sees of Discord's markdown. */
export interface DiscordText {
  readonly text: string
  readonly mentions: readonly string[]
  /** What words lead to; addresses that stand for themselves are not among them. */
  readonly urls: readonly string[]
  /** Marks that were found, in their order: `bold`, `code`, `link`, `heading` ... */
  readonly marks: readonly string[]
}

interface Rule {
  readonly mark: string
  readonly pattern: RegExp
  /** What is seen of it: read again where `deeper` is true. */
  readonly words: (match: RegExpExecArray) => string
  readonly deeper?: boolean
  readonly url?: (match: RegExpExecArray) => string
  readonly lineStart?: boolean
  readonly mention?: boolean
}

// After the reader of Discord's clients (a simple-markdown grammar), and https://docs.discord.com/developers/reference#message-formatting.
const first = (match: RegExpExecArray) => match[1] ?? ''
const nothing = () => ''
const rules: readonly Rule[] = [
  { mark: 'codeblock', pattern: /```(?:[a-z0-9_+\-.#]+?\n)?\n*([\s\S]+?)\n*```/iy, words: first },
  { mark: 'heading', pattern: /#{1,3}\s+/y, words: nothing, lineStart: true },
  { mark: 'small', pattern: /-#\s+/y, words: nothing, lineStart: true },
  { mark: 'quote', pattern: />(?:>>)? /y, words: nothing, lineStart: true },
  { mark: 'list', pattern: /(?:[*+-]|\d{1,10}\.) +/y, words: nothing, lineStart: true },
  { mark: 'escape', pattern: /\\([^0-9A-Za-z\s])/y, words: first },
  {
    mark: 'link',
    pattern: /\[((?:\\[\s\S]|[^[\]\\])+)\]\(<?(https?:\/\/[^\s<>()]+(?:\([^\s<>()]*\)[^\s<>()]*)*)>?\)/y,
    words: first,
    deeper: true,
    url: (match) => match[2] ?? '',
  },
  { mark: 'autolink', pattern: /<(https?:\/\/[^\s>]+)>/y, words: first },
  { mark: 'address', pattern: /(https?:\/\/[^\s<]+[^<.,:;"')\]\s])/y, words: first },
  { mark: 'mention', pattern: /(<@[!&]?\d+>|<#\d+>|@everyone|@here)/y, words: first, mention: true },
  { mark: 'emoji', pattern: /<a?:\w+:\d+>|:(?!\d\d:)[\w+~-]+:/y, words: nothing },
  { mark: 'time', pattern: /<t:-?\d+(?::[a-zA-Z])?>/y, words: nothing },
  { mark: 'command', pattern: /<\/[^<>:]+:\d+>/y, words: nothing },
  { mark: 'code', pattern: /(`+)([\s\S]*?[^`])\1(?!`)/y, words: (match) => match[2] ?? '' },
  { mark: 'bold', pattern: /\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)/y, words: first, deeper: true },
  { mark: 'underline', pattern: /__((?:\\[\s\S]|[^\\])+?)__(?!_)/y, words: first, deeper: true },
  { mark: 'strike', pattern: /~~((?:\\[\s\S]|[^\\])+?)~~/y, words: first, deeper: true },
  { mark: 'spoiler', pattern: /\|\|((?:\\[\s\S]|[^\\])+?)\|\|/y, words: first, deeper: true },
  {
    mark: 'italic',
    pattern: /\b_((?:__|\\[\s\S]|[^\\_])+?)_\b|\*(?=\S)((?:\*\*|\s+(?:[^*\s]|\*\*)|[^\s*])+?)\*(?!\*)/y,
    words: (match) => match[1] ?? match[2] ?? '',
    deeper: true,
  },
]

export function readMarkdown(markdown: string): DiscordText {
  const found = { mentions: [] as string[], urls: [] as string[], marks: [] as string[] }
  const read = (source: string): string => {
    let text = ''
    for (let at = 0; at < source.length; ) {
      const hit = match(source, at)
      if (hit === null) {
        text += source[at++]!
        continue
      }
      const [rule, matched] = hit
      if (rule.mark !== 'escape' && rule.mark !== 'address') found.marks.push(rule.mark)
      if (rule.mention === true) found.mentions.push(matched[0])
      if (rule.url !== undefined) found.urls.push(rule.url(matched))
      text += rule.deeper === true ? read(rule.words(matched)) : rule.words(matched)
      at += matched[0].length
    }
    return text
  }
  const text = read(markdown)
  return { text, ...found }
}

function match(source: string, at: number): [Rule, RegExpExecArray] | null {
  const lineStart = /(?:^|\n)[ ]*$/.test(source.slice(Math.max(0, at - 40), at))
  for (const rule of rules) {
    if (rule.lineStart === true && !lineStart) continue
    rule.pattern.lastIndex = at
    const matched = rule.pattern.exec(source)
    if (matched !== null) return [rule, matched]
  }
  return null
}
