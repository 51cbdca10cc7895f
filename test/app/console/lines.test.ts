import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareLines, type Line } from '../../../app/console/content/templates/versions/lines.ts'

const shown = (lines: readonly Line[]): readonly string[] =>
  lines.map(({ text, before, after }) => `${before === null ? '+' : after === null ? '-' : ' '}${text}`)
const letters = (maxLength: number) =>
  fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength }).map((lines) => lines.join('\n'))

/** The length of a longest common subsequence, by the table of the textbooks. */
function longest(a: readonly string[], b: readonly string[]): number {
  let row = b.map(() => 0)
  for (const one of a) {
    const next: number[] = []
    for (const [index, other] of b.entries())
      next.push(
        one === other ? (index === 0 ? 0 : row[index - 1]!) + 1 : Math.max(row[index]!, next[index - 1] ?? 0),
      )
    row = next
  }
  return row.at(-1) ?? 0
}

describe('lines of two texts', () => {
  it('are those of the one and those of the other, each once and in order, and as few changed as can be', () => {
    fc.assert(
      fc.property(letters(14), letters(14), (before, after) => {
        const lines = compareLines(before, after)
        const of = (side: 'before' | 'after') => lines.filter((line) => line[side] !== null)
        for (const [side, text] of [
          ['before', before],
          ['after', after],
        ] as const) {
          expect(
            of(side)
              .map((line) => line.text)
              .join('\n'),
          ).toBe(text)
          expect(of(side).map((line) => line[side])).toEqual(of(side).map((_, index) => index + 1))
        }
        const same = lines.filter((line) => line.before !== null && line.after !== null)
        expect(same).toHaveLength(longest(linesOf(before), linesOf(after)))
      }),
      { numRuns: 2000 },
    )
  })
  const linesOf = (text: string): readonly string[] => (text === '' ? [] : text.split('\n'))

  it('have what went before what came, and say where a line differs by whole words', () => {
    const lines = compareLines('<p>\nDear {{ name }}, hello\n</p>', '<p>\nDear {{ subscriber }}, hello\n</p>')
    expect(shown(lines)).toEqual([
      ' <p>',
      '-Dear {{ name }}, hello',
      '+Dear {{ subscriber }}, hello',
      ' </p>',
    ])
    expect(lines.map(({ text, differs }) => differs && text.slice(...differs))).toEqual([
      null,
      'name',
      'subscriber',
      null,
    ])
    const other = compareLines('nothing of it', 'is the same 👍')
    expect(other.map(({ differs }) => differs)).toEqual([null, null])
  })

  it('of a text that there was not have all come; how they end is no difference', () => {
    expect(shown(compareLines(null, 'a\nb'))).toEqual(['+a', '+b'])
    expect(shown(compareLines('a', null))).toEqual(['-a'])
    expect(shown(compareLines('a\r\nb\r\n', 'a\nb\n'))).toEqual([' a', ' b'])
    expect(shown(compareLines('a\n', 'a'))).toEqual([' a'])
  })

  it('that have next to nothing in common are shown whole', () => {
    const many = (letter: string) => Array.from({ length: 200_000 }, (_, index) => `${letter}${index}`)
    const lines = compareLines(['x', ...many('a')].join('\n'), ['x', ...many('b')].join('\n'))
    expect(lines).toHaveLength(400_001)
    expect(shown(lines.slice(0, 2))).toEqual([' x', '-a0'])
    expect(shown(lines.slice(-1))).toEqual(['+b199999'])
  })
})
