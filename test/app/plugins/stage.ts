import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { pluginSettingSchema } from '../../../app/plugins/grant.ts'
import { loadPlugin } from '../../../app/plugins/load.ts'
import { openLane } from '../../../app/plugins/process/lane.ts'
import { launchOf } from '../../../app/plugins/process/launch.ts'
import type { Channel, Clock, Log, Message, Post } from '../../../engine/channel/index.ts'
import { systemClock } from '../../../engine/clock.ts'

const modules = new URL('../../../node_modules/', import.meta.url).pathname

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-plugin-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A package with that module as its channel, as an operator would have it in a folder. */
export function stagePlugin(
  source: string,
  manifest: Readonly<Record<string, unknown>> = {},
  folder = join(temporaryFolder(), 'plugin'),
): string {
  const file = basename(source)
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  symlinkSync(join(modules, 'zod'), join(folder, 'node_modules', 'zod'))
  copyFileSync(new URL(source, import.meta.url), join(folder, file))
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({
      name: `broadsheet-${file.replace(/\.ts$/, '')}`,
      version: '1.2.3',
      type: 'module',
      dependencies: { zod: '4' },
      broadsheet: { name: file.replace(/\.ts$/, ''), channel: `./${file}`, api: '1', ...manifest },
    }),
  )
  return folder
}

export interface LogLine {
  readonly level: string
  readonly event: string
  readonly fields: Readonly<Record<string, unknown>>
}
export interface Opened {
  readonly lane: Channel<Message & Post>
  readonly lines: readonly LogLine[]
}

/** The plugin's channel, open in its process, as the daemon would have it. */
export async function openStaged(
  folder: string,
  options: {
    readonly settings?: unknown
    readonly setting?: Readonly<Record<string, unknown>>
    readonly env?: NodeJS.ProcessEnv
    readonly clock?: Clock
  } = {},
): Promise<Opened> {
  const setting = pluginSettingSchema.parse({ package: folder, ...options.setting })
  const plugin = loadPlugin(setting, folder)
  const lines: LogLine[] = []
  const lane = await openLane({
    plugin,
    launch: launchOf(plugin, options.env ?? {}),
    settings: options.settings ?? {},
    context: { clock: options.clock ?? systemClock, log: keeping(lines), random: () => 0.5 },
  })
  onTestFinished(() => lane.close())
  return { lane, lines }
}

/** The real clock, but what waits for exactly so long is held until it is let go. */
export function holdingClock(ms: number): Clock & { release(): void } {
  const held = new Set<() => void>()
  return {
    now: systemClock.now,
    after(wait, run) {
      if (wait !== ms) return systemClock.after(wait, run)
      held.add(run)
      return () => held.delete(run)
    },
    release() {
      for (const run of held) run()
      held.clear()
    },
  }
}

function keeping(lines: LogLine[]): Log {
  const line = (level: string) => (fields: object, event: string) => {
    lines.push({ level, event, fields: { ...fields } })
  }
  const log: Log = {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    child: () => log,
  }
  return log
}

export interface Received {
  readonly to: string
  readonly title: string
  readonly key: string
}

/** The other side: takes posts as JSON, one a request. */
export async function startOtherSide(): Promise<{ url: string; address: string; received: Received[] }> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
    })
    request.on('end', () => {
      if (text !== '') received.push(JSON.parse(text) as Received)
      response.end('ok')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/`, address: `127.0.0.1:${port}`, received }
}

let lastKey = 0
export const post = (id: number, title = `Post ${id}`): Post => ({
  id,
  to: 'news',
  note: { title, url: null, tone: 'info', summary: title, blocks: [] },
  reason: 'firing',
  data: { id },
  at: 1_700_000_000_000,
  thread: 'one',
  earlier: null,
  key: `key-${++lastKey}`,
})
/** As a channel that takes either gets it. */
export const posts = (...list: Post[]): readonly (Message & Post)[] => list as unknown as (Message & Post)[]

export const never = (): AbortSignal => new AbortController().signal
