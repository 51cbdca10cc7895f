import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { loadConfig } from '../../../app/config.ts'
import { startDaemon } from '../../../app/daemon.ts'
import { silentLog } from '../../../engine/log.ts'
import { alertInputSchema, reportOf } from '../../../engine/model/alert-input.ts'
import { stagePlugin, startOtherSide, temporaryFolder } from './stage.ts'

const within = { timeout: 60_000, interval: 5 }

test.each([
  ['hangs-in-send', {}],
  ['hangs-in-open', { openMs: 1000 }],
  ['exits-at-import', {}],
])('beside a plugin that %s: a daemon starts, and another plugin tells its alerts', async (name, limits) => {
  const { url, address, received } = await startOtherSide()
  const cwd = temporaryFolder()
  stagePlugin('./well-behaved.ts', { addresses: ['*:*'] }, join(cwd, 'good'))
  stagePlugin(`./hostile/${name}.ts`, {}, join(cwd, 'hostile'))
  writeFileSync(
    join(cwd, 'broadsheet.yaml'),
    JSON.stringify({
      store: 'memory:',
      http: { port: 0 },
      plugins: [
        { package: './hostile', limits },
        { package: './good', addresses: [address] },
      ],
      channels: { bad: { type: name }, good: { type: 'well-behaved', url } },
      alerts: { receivers: { default: { rooms: ['bad/news', 'good/news'] } } },
    }),
  )
  const daemon = await startDaemon(loadConfig({ cwd, env: {} }), { log: silentLog, version: '1.2.3' })
  const { engine } = daemon
  try {
    await vi.waitFor(() => expect(engine.alerts.desk()).not.toBeNull(), within)
    for (const title of ['Disk full', 'Disk fuller']) {
      const input = alertInputSchema.parse({ title, severity: 'critical' })
      await engine.alerts.report([reportOf(input, Date.now(), 60_000)])
      await vi.waitFor(() => expect(received.map((post) => post.title)).toContain(title), within)
    }
    expect(received.map(({ to }) => to)).toEqual(['news', 'news'])
    expect(engine.channelStates().find((channel) => channel.name === 'good')?.state).toBe('closed')
  } finally {
    await daemon.stop()
  }
})
