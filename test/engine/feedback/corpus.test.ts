import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readReport } from '../../../engine/feedback/read.ts'
import type { Reading } from '../../../engine/feedback/report.ts'
import { createJudge } from '../../../engine/feedback/rules/judge.ts'

/** What a mail of the corpus is. `found`: the letter that came back says which it is. */
interface Label {
  readonly kind: Reading['kind']
  readonly class: string | null
  readonly status: string | null
  readonly address: string | null
  readonly found: boolean | null
  readonly by?: string
}

const folder = join(import.meta.dirname, 'corpus')
const labels: { readonly [name: string]: Label } = JSON.parse(
  readFileSync(join(folder, 'labels.json'), 'utf8'),
)
const names = Object.keys(labels)
const letter = {
  id: '<0123456789abcdef0123456789abcdef@example.org>',
  token: 'AQcLYWJjZGVmZ2hpamtsbW5vcHFyc3Q',
}
const judge = createJudge([])
const open = (name: string) => readReport(readFileSync(join(folder, `${name}.eml`)))

test('every mail of the corpus has a label', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.eml'))
  expect(files.sort()).toEqual(names.map((name) => `${name}.eml`).sort())
})

describe('a mail that came back', () => {
  test.each(names)('%s', async (name) => {
    const label = labels[name]!
    const reading = await open(name)
    expect(reading.kind).toBe(label.kind)
    if (label.by !== undefined) expect(reading.by).toBe(label.by)
    if (label.kind === 'none') {
      expect(reading.recipients).toEqual([])
      return
    }
    const [first] = reading.recipients
    if (label.address === null) expect(first!.addresses).toEqual([])
    else expect(first!.addresses).toContain(label.address)
    if (label.status !== null) expect(first!.status).toBe(label.status)
    if (label.found === true) {
      expect(reading.returned.messageIds).toContain(letter.id)
      expect(reading.returned.tokens).toContain(letter.token)
    }
    if (label.class !== null)
      expect(judge({ ...first!, context: reading.context, domain: null }).class).toBe(label.class)
  })
})

test('the whole corpus: how sure it is', async () => {
  const counts = { right: 0, wrong: 0, missed: 0, passed: 0 }
  let classed = 0
  let classes = 0
  for (const name of names) {
    const label = labels[name]!
    const reading = await open(name)
    const isReport = label.kind !== 'none'
    if (reading.kind !== 'none') counts[isReport && reading.kind === label.kind ? 'right' : 'wrong'] += 1
    else counts[isReport ? 'missed' : 'passed'] += 1
    if (label.class === null || reading.recipients[0] === undefined) continue
    classes += 1
    const verdict = judge({ ...reading.recipients[0], context: reading.context, domain: null })
    if (verdict.class === label.class) classed += 1
  }
  const precision = counts.right / (counts.right + counts.wrong)
  const recall = counts.right / (counts.right + counts.missed)
  console.info(
    `${names.length} mails: precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}, class right ${classed}/${classes}`,
  )
  expect({ precision, recall, classes: classed / classes }).toEqual({ precision: 1, recall: 1, classes: 1 })
})
