import { createContext, Script } from 'node:vm'

const size = 100_000
const together = 32
const perhaps = ['a', '0', ' ', '\n', '.', '<', 'é']

/** What a regular expression may fall over: 100 KB of each piece it names, after a beginning it likes, before an end it does not. */
function* worstOf(source: string): Generator<string> {
  const named = piecesOf(source)
  const pieces = [...new Set([...named, ...perhaps, ...pairsOf(named), named.join('')])]
  const heads = new Set(['', ...named.slice(0, 3), named.slice(0, 3).join('')])
  for (const pump of pieces.filter((piece) => piece !== '')) {
    const body = pump.repeat(Math.ceil(size / pump.length)).slice(0, size)
    // The second end is none that "$" takes, nor one that "." goes over.
    for (const head of heads) for (const tail of ['', '\0\n']) yield head + body + tail
  }
}

/** Runs of plain characters, and one member of each class, in the order they stand. */
function piecesOf(source: string): string[] {
  const pieces: string[] = []
  let run = ''
  const end = () => {
    if (run !== '') pieces.push(run, run[0]!)
    run = ''
  }
  for (const [token] of source.matchAll(
    /\\[pPu]\{[^}]*\}|\\x..|\\u....|\\.|\[(?:\\.|[^\]\\])*\]|\{\d+(?:,\d*)?\}|\(\?<?[:=!]|./gsu,
  )) {
    if (token.startsWith('[')) {
      end()
      const one = memberOf(token)
      if (one !== undefined) pieces.push(one)
    } else if (token.startsWith('\\')) {
      end()
      pieces.push(...candidates.filter((each) => matches(`^${token}$`, each)).slice(0, 2))
    } else if ('^$.*+?()|'.includes(token) || token.startsWith('{') || token.startsWith('(?')) end()
    else run += token
  }
  end()
  return [...new Set(pieces)].slice(0, 12)
}

const candidates = Array.from({ length: 256 }, (_, i) => String.fromCharCode((i + 48) % 256))
const memberOf = (set: string) => candidates.find((each) => matches(`^${set}$`, each))

function matches(source: string, text: string): boolean {
  try {
    return new RegExp(source, 'u').test(text)
  } catch {
    return false
  }
}

const pairsOf = (pieces: readonly string[]): string[] =>
  pieces.slice(0, 6).flatMap((a) => pieces.slice(0, 6).map((b) => a + b))

/** The first text that takes longer than `limitMs` of CPU, twice; null when none does. */
export function slowFor(source: string, flags: string, limitMs: number): string | null {
  const texts = [...worstOf(source)]
  const slow = (text: string) => cpuMs(source, flags, [text], limitMs) > limitMs
  // Some in one go first: it costs a timer thread a call to be able to stop one that backtracks for ever.
  for (let i = 0; i < texts.length; i += together) {
    const some = texts.slice(i, i + together)
    if (cpuMs(source, flags, some, limitMs) <= limitMs) continue
    const found = some.find((text) => slow(text) && slow(text))
    if (found !== undefined) return found
  }
  return null
}

function cpuMs(source: string, flags: string, texts: readonly string[], limitMs: number): number {
  Object.assign(inside, { texts, pattern: new RegExp(source, flags) })
  const before = process.threadCpuUsage()
  try {
    pass.runInContext(context, { timeout: limitMs * 10 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
    return Number.POSITIVE_INFINITY
  }
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1000
}

const inside = {}
const context = createContext(inside)
const pass = new Script(
  "for (const text of texts) { if (pattern.global) text.replace(pattern, ''); else pattern.exec(text); pattern.lastIndex = 0 }",
)
