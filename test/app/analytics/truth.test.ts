import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeDatabase } from '../../stores/postgres/database.ts'
import { proveTruth } from './truth.ts'

const stores = {
  async sqlite() {
    const folder = mkdtempSync(join(tmpdir(), 'broadsheet-truth-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    return `sqlite:${join(folder, 'store.db')}`
  },
  async postgres() {
    const database = await makeDatabase()
    onTestFinished(() => database.drop())
    return database.url
  },
}

test.each(['sqlite', 'postgres'] as const)(
  'what the API says of a campaign is what those who got it did, by class, on %s',
  async (kind) => {
    expect.hasAssertions()
    await proveTruth({ people: 130, store: await stores[kind]() })
  },
)
