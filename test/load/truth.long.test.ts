import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { proveTruth } from '../app/analytics/truth.ts'

test('what the API says of a campaign is what the 2,000 who got it did, by class', async () => {
  expect.hasAssertions()
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-truth-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  await proveTruth({ people: 2000, store: `sqlite:${join(folder, 'store.db')}` })
})
