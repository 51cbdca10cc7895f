import { execFile } from 'node:child_process'
import { closeSync, createReadStream, openSync, statSync, writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parse } from 'csv-parse'
import { exportSubscribers } from '../engine/audience/export.ts'
import { importSubscribers } from '../engine/audience/import/import.ts'
import { systemClock as clock } from '../engine/clock.ts'
import { openStore } from '../stores/open.ts'
import { type Figure, type Report, round } from './figure.ts'
import { makeFolder } from './newsroom.ts'

const mebibyte = 2 ** 20
const piece = 5000

const flags = ['--max-semi-space-size=8', '--max-old-space-size=256']

/** Import of a CSV with 1 % broken rows into SQLite and into Postgres, beside csv-parse reading the same file; then its
 *  export. Each in a process of its own with the daemon's limits: what the collector may leave lying about decides the
 *  memory. */
export async function benchTransfer(report: Report, { rows = 1_000_000 } = {}): Promise<void> {
  for (const kind of Object.keys(stores)) {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [...flags, fileURLToPath(import.meta.url), String(rows), kind],
      { env: { ...process.env, MALLOC_ARENA_MAX: '2' } },
    )
    for (const line of stdout.trimEnd().split('\n')) report(JSON.parse(line) as Figure)
  }
}

interface Place {
  readonly url: string
  remove(): Promise<void> | void
}
const stores = {
  SQLite(file: string): Place {
    return { url: `sqlite:${file}`, remove() {} }
  },
  async Postgres(): Promise<Place> {
    const { startPostgres } = await import('../app/demo/servers/postgres.ts')
    const server = await startPostgres({ settings: { fsync: 'on' } })
    return { url: server.url, remove: () => server.drop() }
  },
} as const satisfies { [kind: string]: (file: string) => Place | Promise<Place> }

async function measure(report: Report, rows: number, kind: keyof typeof stores): Promise<void> {
  const { file, remove } = makeFolder()
  const people = `${file}.csv`
  writePeople(people, rows)
  const name = `of ${rows.toLocaleString('en-US')} CSV rows`
  const alone = await timed(async () => {
    let seen = 0
    for await (const _ of createReadStream(people).pipe(parse({ relaxColumnCount: true }))) seen++
    if (seen !== rows + 1) throw new Error(`csv-parse read ${seen} records`)
  })
  const place = await stores[kind](file)
  const store = await openStore(place.url)
  const list = { name: 'news', title: 'News', description: '' }
  await store.lists.insert(list, clock.now())
  const imported = await timed(async () => {
    const result = await importSubscribers(createReadStream(people), { store, clock, lists: ['news'] })
    const broken = Math.floor(rows / 100)
    if (result.rejected !== broken || result.created !== rows - broken)
      throw new Error(`${result.created} rows were created and ${result.rejected} refused`)
  })
  let bytes = 0
  const exported = await timed(async () => {
    for await (const text of exportSubscribers(store, { format: 'csv' })) bytes += text.length
  })
  await store.close()
  await place.remove()
  const figure = (what: string, value: number, unit: string, beside: number | null = null) =>
    report({
      name: what,
      value,
      unit,
      peer: beside === null ? null : 'csv-parse reading alone',
      ratio: beside === null ? null : round(beside / imported.ms, 2),
    })
  const size = round(statSync(people).size / mebibyte)
  const of = kind === 'SQLite' ? '' : ` ${kind}`
  figure(`import ${name} (${size} MiB) into ${kind}`, round(imported.ms / 1000, 1), 's', alone.ms)
  figure(`import ${name}: rise of memory${of}`, round(imported.risen / mebibyte), 'MiB')
  if (kind === 'SQLite') figure(`csv-parse alone ${name}`, round(alone.ms / 1000, 1), 's')
  figure(`export ${name} (${round(bytes / mebibyte)} MiB)${of}`, round(exported.ms / 1000, 1), 's')
  figure(`export ${name}: rise of memory${of}`, round(exported.risen / mebibyte), 'MiB')
  remove()
}

/** How long it takes, and how far the process's memory is above its beginning at most. */
async function timed(work: () => Promise<void>): Promise<{ readonly ms: number; readonly risen: number }> {
  const before = process.memoryUsage.rss()
  let peak = before
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }, 50)
  const start = performance.now()
  await work()
  clearInterval(timer)
  return { ms: performance.now() - start, risen: Math.max(0, peak - before) }
}

function writePeople(file: string, rows: number): void {
  const out = openSync(file, 'w')
  writeSync(out, 'email,name,language,time_zone,city,plan,topics\n')
  for (let from = 0; from < rows; from += piece) {
    let text = ''
    for (let index = from; index < Math.min(rows, from + piece); index++)
      text +=
        index % 100 === 99
          ? `broken ${index},x,de,,,,\n`
          : `reader.${index}@mail${index % 50}.example.org,"Reader ${index}",de,Europe/Berlin,Bonn,gold,security:0.8;markets:0.3\n`
    writeSync(out, text)
  }
  closeSync(out)
}

if (import.meta.main) {
  const [, , rows = '1000000', kind = 'SQLite'] = process.argv
  await measure((figure) => console.log(JSON.stringify(figure)), Number(rows), kind as keyof typeof stores)
}
