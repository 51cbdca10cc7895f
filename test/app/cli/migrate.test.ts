import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { CliError } from '../../../app/cli/exit.ts'
import { openStore } from '../../../stores/open.ts'
import { newPeople, newRun } from '../../contract/store/scene.ts'
import { makeDatabase } from '../../stores/postgres/database.ts'
import { run } from './outside.ts'

let cwd = ''
let from = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'broadsheet-migrate-'))
  from = `sqlite:${join(cwd, 'news.db')}`
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

async function emptyDatabase(): Promise<string> {
  const { url, drop } = await makeDatabase({ migrated: false })
  onTestFinished(drop)
  return url
}

/** A store with a campaign that is running; its name. */
async function runningCampaign(): Promise<string> {
  const store = await openStore(from)
  const { id } = await newRun(store, 3)
  const publication = await store.publications.get(id)
  const campaign = await store.campaigns.get(publication!.campaignId)
  await store.close()
  return campaign!.name
}

test('needs one side at least; the other is the store of the settings', async () => {
  const bare = await run(cwd, ['migrate'])
  expect(bare).toMatchObject({ code: 2, out: '' })
  expect(bare.err).toContain('Say --from or --to')
  writeFileSync(join(cwd, 'broadsheet.yaml'), 'store: sqlite:news.db\n')
  const missing = await run(cwd, ['migrate', '--to', await emptyDatabase()])
  expect(missing).toMatchObject({ code: 4, out: '' })
  expect(missing.err).toContain(`There is no database ${join(cwd, 'news.db')}`)
})

test('refuses while campaigns run, and pauses them where it is told to', async () => {
  const [name, url] = [await runningCampaign(), await emptyDatabase()]
  const refused = await run(cwd, ['migrate', '--from', from, '--to', url])
  expect(refused).toMatchObject({ code: 4, out: '' })
  expect(refused.err).toContain(`a campaign runs (${name}): pause it with "broadsheet campaign pause NAME"`)

  const moved = await run(cwd, ['migrate', '--from', from, '--to', url, '--pause'])
  expect(moved.err).toContain(`${name} is paused.`)
  expect(moved.out).toMatch(/^subscriber +3 +[0-9a-f]{64}$/m)
  expect(moved.out).toMatch(
    /✓ \d+ rows are in 127\.0\.0\.1:\d+\/t_\w+ as they were in \/.*news\.db: .*\/s, comparing included/,
  )
  expect(moved.code).toBe(0)

  const store = await openStore(url)
  expect(await store.campaigns.byName(name)).toMatchObject({
    state: 'paused',
    reason: 'moved to another database',
  })
  await store.close()
})

test('says with --json how far it is and what it brought', async () => {
  const url = await emptyDatabase()
  const store = await openStore(from)
  await store.lists.insert({ name: 'news', title: 'News', description: '' }, 1)
  await store.close()
  const { json, code } = await run(cwd, ['migrate', '--from', from, '--to', url, '--json'])
  expect(code).toBe(0)
  expect(json[0]).toMatchObject({ type: 'progress', phase: 'copy', table: 'list', done: 1, total: 4 })
  // Beside the list, what every house has one row of.
  const tables = json.filter(({ type }) => type === 'table')
  expect(tables[0]).toMatchObject({ table: 'list', rows: 1, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
  expect(tables.map(({ table, rows }) => [table, rows])).toEqual([
    ['list', 1],
    ['salt', 1],
    ['rollup_cursor', 1],
    ['rank_draft', 1],
  ])
  expect(json.at(-1)).toMatchObject({ type: 'result', rows: 4, copied: 4, resumed: false })
})

test('Ctrl+C ends it between two pages, and the same command goes on', async () => {
  const url = await emptyDatabase()
  const store = await openStore(from)
  await newPeople(store, 10, [])
  await store.close()
  const args = ['migrate', '--from', from, '--to', url, '--json']
  const stop = new AbortController()
  const stopped = await run(cwd, args, {
    signal: stop.signal,
    onOut: () => stop.abort(new CliError('interrupted', 'Interrupted.')),
  })
  expect(stopped.code).toBe(130)
  expect(stopped.json.some(({ type }) => type === 'result')).toBe(false)
  const rest = await run(cwd, args)
  expect(rest.code).toBe(0)
  expect(rest.json.at(-1)).toMatchObject({ type: 'result', resumed: true })
})
