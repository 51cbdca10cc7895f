import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const sources = ['engine', 'stores', 'plugins', 'app'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name))),
)

/** Which rooms a room may import from, besides itself. The order is the direction of the house. */
const base = [
  'engine/errors.ts',
  'engine/clock.ts',
  'engine/gather.ts',
  'engine/log.ts',
  'engine/trace.ts',
  'engine/config.ts',
  'engine/model',
]
const makers = ['engine/template', 'engine/personalise', 'engine/compose']
const workers = [
  'engine/alerts',
  'engine/cache',
  'engine/desk',
  'engine/schedule',
  'engine/render',
  'engine/delivery',
  'engine/audience',
  'engine/content',
  'engine/analytics',
  'engine/feedback',
  'engine/learning',
  'engine/assets',
]
const ports = ['engine/ports', 'engine/channel']
const rules: readonly [room: string, may: readonly string[]][] = [
  ['engine/model', base],
  ['engine/errors.ts', []],
  ['engine/clock.ts', base],
  ['engine/gather.ts', ['engine/clock.ts', 'engine/trace.ts']],
  ['engine/trace.ts', ['engine/model']],
  ['engine/log.ts', []],
  ['engine/config.ts', base],
  ['engine/ports', [...base]],
  ['engine/channel', [...base]],
  ...makers.map((room) => [room, [...base, ...ports]] as [string, string[]]),
  ['engine/schedule', [...base, 'engine/ports']],
  ['engine/alerts', base],
  ['engine/access', [...base, 'engine/ports']],
  // Networks of SPF records are compared as those of readers are; keys and MIME are read as the composer writes them.
  [
    'engine/deliverability',
    [
      ...base,
      'engine/ports',
      'engine/channel',
      'engine/compose',
      'engine/audience/address-lists.ts',
      'engine/analytics/read/address.ts',
    ],
  ],
  // Delivery hands batches to the render threads and asks audience who is meant; audience stands alone.
  ['engine/render', [...base, ...ports, ...makers]],
  [
    'engine/delivery',
    [
      ...base,
      ...ports,
      ...makers,
      'engine/assets',
      'engine/cache',
      'engine/render',
      'engine/audience',
      'engine/schedule',
      'engine/feedback/codes.ts',
      'engine/feedback/rules',
    ],
  ],
  // Which ranker chose is told by the arm, how sure a difference is by its interval; answers are remembered.
  ['engine/analytics', [...base, 'engine/ports', 'engine/personalise', 'engine/cache']],
  // Where it is served is said with the other public addresses.
  ['engine/assets', [...base, 'engine/ports', 'engine/cache', 'engine/compose/asset-urls.ts']],
  ['engine/cache', [...base, 'engine/ports']],
  ['engine/audience', [...base, ...ports, ...makers, 'engine/content']],
  ['engine/content', [...base, ...ports, ...makers]],
  ['engine/feedback', [...base, 'engine/content']],
  ['engine/learning', [...base, 'engine/ports', 'engine/personalise']],
  ['engine/actors', [...base, ...ports, ...makers, ...workers]],
  ['engine/desk', [...base, ...ports, 'engine/alerts']],
  ['engine/alerts.ts', [...base, ...ports, ...makers, ...workers, 'engine/actors']],
  ['engine/alert-office.ts', [...base, ...ports, ...makers, ...workers, 'engine/actors', 'engine/alerts.ts']],
  [
    'engine/campaigns.ts',
    [
      ...base,
      ...ports,
      ...makers,
      ...workers,
      'engine/actors',
      'engine/bulk-gate.ts',
      'engine/deliverability',
    ],
  ],
  ['engine/bulk-gate.ts', [...base, ...ports, ...makers, ...workers, 'engine/deliverability']],
  ['engine/subscriptions', [...base, ...ports, ...makers, ...workers, 'engine/actors']],
  [
    'engine/subscriptions.ts',
    [...base, ...ports, ...makers, ...workers, 'engine/actors', 'engine/subscriptions'],
  ],
  ['engine/remembered.ts', [...base, ...ports, ...makers, ...workers, 'engine/subscriptions']],
  ['engine/engine.ts', ['engine']],
  ['engine/index.ts', ['engine']],
  ['stores', [...base, 'engine/ports']],
  ['plugins', ['engine/channel']],
  ['app', ['engine', 'stores', 'plugins', 'app']],
]

const inside = (path: string, room: string) => path === room || path.startsWith(`${room}/`)

function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8')
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g)]
  return found.map(([, path]) => relative(root, resolve(root, dirname(file), path!)))
}

describe('imports point one way', () => {
  test('every source file belongs to a room', () => {
    expect(sources.filter((file) => !rules.some(([room]) => inside(file, room)))).toEqual([])
  })

  test.each(rules)('%s imports only what stands before it', (room, may) => {
    const wrong = sources
      .filter((file) => inside(file, room))
      .flatMap((file) =>
        importsOf(file)
          .filter((path) => !inside(path, room) && !may.some((other) => inside(path, other)))
          .map((path) => `${file} imports ${path}`),
      )
    expect(wrong).toEqual([])
  })

  test('the engine speaks HTTP in one place', () => {
    // Channels have their client from it, so that what left and what did not is told in one way. Whom it may ask is given to it.
    const speakers = sources.filter(
      (file) =>
        inside(file, 'engine') &&
        /(?:from|import)\s*\(?\s*'(?:undici|node:(?:https?|net|tls))'/.test(
          readFileSync(join(root, file), 'utf8').replaceAll(/^import type .*$/gm, ''),
        ),
    )
    expect(speakers).toEqual(['engine/channel/http.ts'])
  })

  test('OpenTelemetry is known in one file, which is loaded where somebody wants spans', () => {
    const text = (file: string) => readFileSync(join(root, file), 'utf8')
    const own = 'app/tracing/otlp.ts'
    expect(sources.filter((file) => text(file).includes("'@opentelemetry/"))).toEqual([own])
    const loaded = sources.filter((file) => importsOf(file).includes(own))
    expect(loaded).toEqual(['app/tracing/tracing.ts'])
    expect(text(loaded[0]!)).toContain("await import('./otlp.ts')")
    expect(text(loaded[0]!)).not.toMatch(/^import .*otlp/m)
  })

  test('the desktop is a room of its own: nothing else knows it, and its shell loads no engine', () => {
    const room = 'app/electron'
    expect(
      sources.filter((file) => !inside(file, room) && importsOf(file).some((path) => inside(path, room))),
    ).toEqual([])
    // Electron is there in main.ts only; the others are given it, so that they run in plain Node.
    const text = (file: string) => readFileSync(join(root, file), 'utf8')
    const knowing = sources.filter((file) => /^import (?!type )[^']*from 'electron'$/m.test(text(file)))
    expect(knowing).toEqual([`${room}/main.ts`])
    expect(
      sources.filter((file) => /^import (?!type )[^']*from 'electron-updater'$/m.test(text(file))),
    ).toEqual([])

    // The engine has a process of its own: what the shell's process loads at its start must not bring the daemon along.
    const reached = new Map<string, string>([[`${room}/main.ts`, '']])
    for (const [file] of reached)
      for (const [, path] of text(file).matchAll(/^(?:import|export) (?!type )[^']*from '(\.[^']+)'$/gm)) {
        const target = relative(root, resolve(root, dirname(file), path!))
        if (!reached.has(target)) reached.set(target, file)
      }
    const may = [room, 'engine/clock.ts', 'engine/log.ts', 'engine/trace.ts', 'engine/model', 'app/log.ts']
    const wrong = [...reached].filter(
      ([file]) => ![...may, 'app/cli/daemon/streams.ts'].some((other) => inside(file, other)),
    )
    expect(reached.size).toBeGreaterThan(25)
    expect(wrong).toEqual([])
  })

  test('plugins and store adapters do not know each other', () => {
    const folder = (path: string) => path.split('/').slice(0, 2).join('/')
    const wrong = sources
      .filter((file) => (inside(file, 'plugins') || inside(file, 'stores')) && file.split('/').length > 2)
      // A move stands above both databases, and none of them knows it.
      .filter((file) => !inside(file, 'stores/move'))
      .flatMap((file) =>
        importsOf(file)
          .filter((path) => inside(path, 'plugins') || inside(path, 'stores'))
          // Rules that every adapter keeps are shared, and so is the in-process queue's home.
          .filter((path) => folder(path) !== folder(file) && !inside(path, 'stores/rules'))
          .map((path) => `${file} imports ${path}`),
      )
    expect(wrong).toEqual([])
  })

  // A thread that loads them takes 7 MB more, for what the main thread has checked already.
  test.each(['stores/sqlite/threads/thread.ts', 'engine/render/worker.ts'])(
    'the thread %s loads no schemas',
    (entry) => {
      const reached = new Map<string, string>([[entry, '']])
      const found: string[] = []
      for (const [file, by] of reached) {
        const text = readFileSync(join(root, file), 'utf8').replaceAll(
          /^(import|export) type [^;]*? from '.*'$/gm,
          '',
        )
        if (/ from 'zod'/.test(text)) found.push(`${file}, imported by ${by}`)
        for (const [, path] of text.matchAll(/^(?:import|export) [^;]*? from '(\.[^']+)'$/gm)) {
          const target = relative(root, resolve(root, dirname(file), path!))
          if (!reached.has(target)) reached.set(target, file)
        }
      }
      expect(reached.size).toBeGreaterThan(30)
      expect(found).toEqual([])
    },
  )
})
