import { expect, test } from 'vitest'
import { createHttp } from '../../../app/http/server.ts'
import { createCaches, policies } from '../../../engine/cache/caches.ts'
import { silentLog } from '../../../engine/log.ts'
import { openStore } from '../../../stores/open.ts'
import { createTestClock } from '../../engine/support/clock.ts'
import { engineDouble } from '../http/engine-double.ts'

test('metrics show what each cache does', async () => {
  const clock = createTestClock()
  await using store = await openStore('memory:', {}).then((opened) => ({
    opened,
    [Symbol.asyncDispose]: () => opened.close(),
  }))
  const caches = createCaches({
    tier: null,
    bus: null,
    alone: true,
    owner: 'here',
    clock,
    random: () => 0,
    log: silentLog,
  })
  const space = caches.space<string, string>({
    name: 'content.words',
    policy: policies.content,
    load: async (keys) => new Map(keys.map((key) => [key, key])),
  })
  await space.get('a')
  await space.getMany(['a', 'b'])
  await space.drop(['b'])
  const app = await createHttp({
    engine: { ...engineDouble(store.opened, clock), caches },
    log: silentLog,
    version: '0',
  })
  const shown = async () => (await app.inject('/metrics')).body
  // Asked for twice: counters are what they are, not what is added with each look.
  await shown()
  const text = await shown()
  for (const line of [
    'broadsheet_cache_reads_total{space="content.words",result="hit"} 1',
    'broadsheet_cache_reads_total{space="content.words",result="miss"} 2',
    'broadsheet_cache_reads_total{space="content.words",result="stale"} 0',
    'broadsheet_cache_reads_total{space="content.words",result="tier_hit"} 0',
    'broadsheet_cache_refreshes_total{space="content.words"} 0',
    'broadsheet_cache_loads_total{space="content.words"} 2',
    'broadsheet_cache_load_errors_total{space="content.words"} 0',
    'broadsheet_cache_drops_total{space="content.words"} 1',
    'broadsheet_cache_entries{space="content.words"} 1',
  ])
    expect(text).toContain(`${line}\n`)
  expect(text).toMatch(/broadsheet_cache_bytes\{space="content.words"\} \d+/)
  await app.close()
})
