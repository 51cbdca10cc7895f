import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { ReadClass } from '../../../../engine/model/event.ts'
import type { Case } from './corpus/case.ts'
import { heldOut } from './corpus/held-out.ts'
import { machines } from './corpus/machines.ts'
import { people } from './corpus/people.ts'
import { providers } from './corpus/providers.ts'
import { type Judged, judge, scoresOf, tableOf } from './score.ts'

const known: readonly Case[] = [...people, ...providers, ...machines]

/** What rules and tables were made with, and what they never saw. */
const sets: readonly (readonly [
  name: string,
  cases: readonly Case[],
  least: { readonly [by in ReadClass]: readonly [precision: number, recall: number] },
])[] = [
  [
    'known',
    known,
    {
      human: [0.96, 0.92],
      prefetch: [1, 1],
      proxy: [1, 1],
      scanner: [0.96, 0.98],
      unknown: [1, 0.85],
    },
  ],
  [
    'held out',
    heldOut,
    {
      human: [0.96, 0.92],
      prefetch: [1, 1],
      proxy: [1, 0.8],
      scanner: [0.95, 0.96],
      // None is truly nobody's: what is said of some is all wrong.
      unknown: [0, 1],
    },
  ],
]

const page = readFileSync(new URL('../../../../docs/analytics.md', import.meta.url), 'utf8').replace(
  / +/g,
  ' ',
)

const line = ({ of, read, class: by, reason }: Judged) =>
  `${of.name} (${read.type} at ${read.atMs}): ${read.truth}, taken for ${by} (${reason})`

test.each(sets)('%s: precision and recall of each class', (name, cases, least) => {
  const judged = cases.flatMap(judge)
  const scores = scoresOf(judged)
  const wrong = judged.filter(({ read, class: by }) => read.truth !== by)
  console.log(
    `${name}: ${cases.length} cases, ${judged.length} requests\n${tableOf(scores)}\nWrong:\n${wrong.map(line).join('\n')}`,
  )
  for (const row of tableOf(scores).split('\n').slice(2))
    expect(page, `docs/analytics.md, ${name}`).toContain(row)
  for (const score of scores) {
    const [precision, recall] = least[score.class]
    expect(score.precision, `precision of ${score.class}`).toBeGreaterThanOrEqual(precision)
    if (score.cases > 0) expect(score.recall, `recall of ${score.class}`).toBeGreaterThanOrEqual(recall)
  }
})
