import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { campaignInputSchema } from '../../engine/model/campaign.ts'

const root = resolve(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/faults.md'), 'utf8')

test('docs/faults.md names every test of faults, and none that is not there', () => {
  const named = new Set(page.match(/test\/faults\/[\w./-]+\.test\.ts/g))
  const there = readdirSync(join(root, 'test/faults'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => `test/faults/${file.replaceAll('\\', '/')}`)
  expect([...named].toSorted()).toEqual(there.toSorted())
})

test('docs/faults.md calls the policies as campaigns do, and the default one so', () => {
  const policies = [...page.matchAll(/^\| `(hold|resend)`( \(default\))? \|/gm)].map(
    ([, name, isDefault]) => [name, isDefault !== undefined],
  )
  const { uncertain } = campaignInputSchema.parse({
    name: 'a',
    title: 'A',
    template: 'a',
    sender: { address: 'a@example.org' },
    lists: ['a'],
  })
  expect(policies).toEqual([
    ['hold', uncertain === 'hold'],
    ['resend', uncertain === 'resend'],
  ])
})
