import { expect, test } from 'vitest'
import { likelyDomain } from '../../../engine/audience/address-check.ts'
import { labelsOf } from '../../../engine/audience/columns/presets.ts'
import { statusOf } from '../../../engine/audience/columns/status-words.ts'
import { subscriberColumns } from '../../../engine/audience/columns/subscriber.ts'
import { suppressedAddress } from '../../../engine/audience/columns/suppression.ts'
import { parseTime } from '../../../engine/audience/columns/times.ts'
import { sniffDelimiter } from '../../../engine/audience/files/delimiter.ts'
import { sniffEncoding } from '../../../engine/audience/files/encoding.ts'
import { guardFormula, unguardFormula } from '../../../engine/audience/files/formula.ts'
import { plainRows } from '../../../engine/audience/import/plain-row.ts'

const plain = plainRows()
const lexers: { readonly [name: string]: (text: string) => unknown } = {
  parseTime,
  statusOf,
  labelsOf,
  guardFormula,
  unguardFormula,
  suppressedAddress,
  likelyDomain,
  sniffDelimiter,
  sniffEncoding: (text) => sniffEncoding(Buffer.from(text, 'latin1')),
  plainAddress: (text) => plain({ address: text }),
  header: (text) => {
    try {
      return subscriberColumns(['address', text])
    } catch {
      return null
    }
  },
  listsAndTopics: (text) => {
    const columns = subscriberColumns(['address', 'lists', 'topics'])
    try {
      return columns.read(['a@x.org', text, text])
    } catch {
      return null
    }
  },
}
const worst = ["'", ' ', 'a.', 'a-', '1', '"', ',', ';', ':', '@', '\xc3', '\t', '-1', '[', 'a@a.']

/** Milliseconds of the fastest of five. */
function cost(run: () => unknown): number {
  let best = Number.POSITIVE_INFINITY
  for (let turn = 0; turn < 5; turn++) {
    const start = performance.now()
    run()
    best = Math.min(best, performance.now() - start)
  }
  return best
}

// Four times the input may cost four times the time: what backtracks costs sixteen. Below 2 ms the clock decides, not the
// input.
test.each(Object.keys(lexers))('%s takes time in proportion to its input, whatever it is', (name) => {
  const lexer = lexers[name]!
  for (const piece of worst) {
    const text = (chars: number) => piece.repeat(Math.ceil(chars / piece.length))
    const quarter = cost(() => lexer(text(25_000)))
    const whole = cost(() => lexer(text(100_000)))
    expect(whole, `100 KB of ${JSON.stringify(piece)}`).toBeLessThan(Math.max(2, quarter) * 9)
  }
})
