import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import PostalMime from 'postal-mime'
import { createClient } from '../app/cli/daemon/client.ts'
import { campaignData, list, paper } from '../app/demo/content/publication.ts'
import { buildDist, serveBuilt } from './built-daemon.ts'
import { type Report, round } from './figure.ts'
import { makeFolder, seedNewsroom } from './newsroom.ts'
import { createRawClient } from './raw-http.ts'
import { letter } from './sample.ts'

const browser =
  'user-agent: Mozilla/5.0 (X11; Linux x64; rv:140.0) Gecko/20100101 Firefox/140.0\r\naccept: text/html\r\n'

/** Opens and clicks of letters that a daemon sent, as it is published, on SQLite: so many a second whatever becomes of them (open
 *  loop), timed from when each was due. */
export async function benchReads(
  report: Report,
  { subscribers = 1000, perSecond = 500, seconds = 20 } = {},
): Promise<void> {
  buildDist()
  const { file, remove } = makeFolder()
  const outbox = join(dirname(file), 'outbox')
  mkdirSync(outbox, { recursive: true })
  await seedNewsroom(`sqlite:${file}`, subscribers)
  const daemon = await serveBuilt({ file, channels: { file: { type: 'file', directory: outbox } } })
  const client = createClient(daemon.url, daemon.token, AbortSignal.timeout(600_000))
  try {
    await client.post('/campaigns', {
      name: 'read',
      title: 'Bench',
      template: letter.name,
      sender: paper.sender,
      lists: [list.name],
      channel: 'file',
      selection: { count: 10, onlyNew: false },
      data: campaignData,
    })
    await client.post('/campaigns/read/start')
    for (let state = ''; state !== 'finished'; )
      ({ state } = await client.get<{ state: string }>('/campaigns/read/progress'))
    const paths = await pathsOf(outbox)
    const { toAnswer, refused } = await read(daemon.url, paths, perSecond, seconds)
    const sorted = toAnswer.toSorted((a, b) => a - b)
    const figure = (what: string, value: number, unit: string) =>
      report({
        name: `${perSecond} opens and clicks a second: ${what}`,
        value,
        unit,
        peer: null,
        ratio: null,
      })
    for (const [name, share] of [
      ['p50', 0.5],
      ['p95', 0.95],
      ['p99', 0.99],
    ] as const)
      figure(name, round(sorted[Math.floor(sorted.length * share)]!, 1), 'ms')
    figure('max', round(sorted.at(-1)!, 1), 'ms')
    figure('refused', refused, 'requests')
  } finally {
    await client.close()
    await daemon.stop()
    remove()
  }
}

/** The addresses of pixels and links, as they stand in the letters. */
async function pathsOf(outbox: string): Promise<readonly string[]> {
  const paths: string[] = []
  for (const entry of readdirSync(outbox, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.eml')) continue
    const { html = '' } = await PostalMime.parse(readFileSync(join(entry.parentPath, entry.name)))
    for (const [, path] of html.matchAll(/https?:\/\/[^/"]+(\/[ct]\/[^"]+)"/g)) paths.push(path!)
  }
  if (paths.length === 0) throw new Error('The letters hold no link of ours')
  return paths
}

async function read(url: string, paths: readonly string[], perSecond: number, seconds: number) {
  const client = createRawClient(url)
  const toAnswer: number[] = []
  let refused = 0
  const total = perSecond * seconds
  const begun = performance.now()
  const flights: Promise<void>[] = []
  const fly = async (n: number, due: number) => {
    const status = await client.request('GET', paths[(n * 7919) % paths.length]!, browser)
    toAnswer.push(performance.now() - due)
    if (status >= 400) refused++
  }
  for (let n = 0; n < total; n++) {
    const due = begun + (n * 1000) / perSecond
    const wait = due - performance.now()
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait))
    flights.push(fly(n, due).catch(() => void refused++))
  }
  await Promise.all(flights)
  client.close()
  return { toAnswer, refused }
}

if (import.meta.main) await benchReads((figure) => console.log(JSON.stringify(figure)))
