import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { proveTruth } from './truth.ts'

test('what the API says of a campaign is what those who got it did, by class', async () => {
  expect.hasAssertions()
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-truth-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  await proveTruth({ people: 130, store: `sqlite:${join(folder, 'store.db')}` })
})
