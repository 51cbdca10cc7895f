import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, tmpdir, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { list } from '../../app/demo/content/publication.ts'
import { buildDist } from '../built-daemon.ts'
import type { LoadOptions } from './options.ts'
import { type LoadReport, type Run, schemaVersion } from './report/schema.ts'
import { runs } from './runs/all.ts'
import { performRun, type Scene } from './runs/run.ts'
import { startCampaign } from './stage/campaign.ts'
import { bringIn, crowd, follow, furnish, makeCampaign } from './stage/furnish.ts'
import { type Mode, openStage, type Stage } from './stage/stage.ts'

/** What somebody who waits is told. */
export interface LoadListener {
  mode(mode: Mode, made: Stage['made']): void
  /** What goes on now; takes the place of the one before. */
  step(what: string): void
  run(run: Run): void
}

type ModeReport = LoadReport['modes'][number]

/** All runs in all modes, one after the other. Rejects with what is missing, or when `signal` fires; nothing is left running or lying
 *  about either way. */
export async function runLoad(
  options: LoadOptions,
  listener: LoadListener,
  signal: AbortSignal,
): Promise<LoadReport> {
  const [loadBefore = 0] = loadavg()
  const broadsheet = { version: versionOf(), commit: commitOf() }
  if (options.built) {
    listener.step('building dist/')
    buildDist()
  }
  const done: ModeReport[] = []
  for (const mode of options.modes) {
    signal.throwIfAborted()
    done.push(await runMode(mode, options, listener, signal))
  }
  const { sizes, quick, built } = options
  return {
    schema: schemaVersion,
    madeAt: new Date().toISOString(),
    broadsheet,
    machine: {
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      memoryBytes: totalmem(),
      system: `${type()} ${release()}`,
      node: process.version,
      loadBefore,
    },
    options: {
      quick,
      runs: options.runs,
      subscribers: sizes.subscribers,
      campaign: sizes.campaign,
      built,
    },
    modes: done,
  }
}

async function runMode(
  mode: Mode,
  { runs: wanted, sizes, built, redisUrl }: LoadOptions,
  { mode: tellMode, step, run: tellRun }: LoadListener,
  signal: AbortSignal,
): Promise<ModeReport> {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-load-'))
  try {
    step(`${mode}: starting`)
    await using stage = await openStage({
      mode,
      folder,
      built,
      signal,
      redisUrl,
      // What a row of everything takes in memory, with room.
      heapMiB: 512 + Math.ceil(sizes.campaign / 250),
    })
    signal.throwIfAborted()
    tellMode(mode, stage.made)
    const { scene, bringCrowd } = await settle(stage, sizes, step, signal)
    const finished: Run[] = []
    for (const name of wanted) {
      const definition = runs[name]
      if (definition.needsCrowd) await bringCrowd()
      const say = (what: string) => step(`${name}: ${what}`)
      say('starting')
      const run = await performRun(name, definition, { ...scene, say })
      finished.push(run)
      tellRun(run)
    }
    step(`${mode}: stopping`)
    return { mode, made: stage.made, runs: finished }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A paper, its readers, and what the runs have to know of them. */
async function settle(
  stage: Stage,
  sizes: LoadOptions['sizes'],
  step: (what: string) => void,
  signal: AbortSignal,
) {
  const { client, mode } = stage
  step(`${mode}: furnishing`)
  await furnish(client, Date.now())
  const readers = await bringIn(client, {
    from: 0,
    count: sizes.subscribers,
    lists: [list.name, crowd.name],
    onRows: (done) => step(`${mode}: ${done} of ${sizes.subscribers} people`),
  })
  const { ids, cursors } = await pagesOf(client)
  step(`${mode}: ${ids.length} people follow alerts`)
  await follow(client, ids)
  // Something to ask for, and threads that have once rendered.
  const first = await makeCampaign(client, { name: 'first', list: list.name, channel: 'bulk' })
  const { publicationId } = await (await startCampaign(client, first, signal)).finished
  const scene: Omit<Scene, 'say'> = {
    stage,
    sizes,
    signal,
    names: Object.fromEntries(readers.map(({ address, name }) => [address, firstNameOf(name ?? '')])),
    facts: {
      firstId: Math.min(...ids),
      subscribers: ids.length,
      addresses: readers.map(({ address }) => address),
      cursors,
      campaign: first.name,
      publication: publicationId,
    },
    addresses: [],
  }
  let crowdIsThere = false
  const bringCrowd = async (): Promise<void> => {
    if (crowdIsThere) return
    crowdIsThere = true
    const more = Math.max(0, sizes.campaign - sizes.subscribers)
    if (more === 0) return
    await bringIn(client, {
      from: sizes.subscribers,
      count: more,
      lists: [crowd.name],
      onRows: (done) => step(`${mode}: ${done} of ${more} more people`),
    })
  }
  return { scene, bringCrowd }
}

/** All subscribers, and where their pages end. */
async function pagesOf(client: Stage['client']) {
  const ids: number[] = []
  const cursors: string[] = []
  for (let after: string | null = null; ; ) {
    const page: { data: readonly { id: number }[]; next: string | null } = await client.get('/subscribers', {
      limit: 20,
      after,
    })
    ids.push(...page.data.map(({ id }) => id))
    if (page.next === null) return { ids, cursors }
    cursors.push(page.next)
    after = page.next
  }
}

/** As the template greets. */
const firstNameOf = (name: string): string => name.split(' ')[0] ?? ''

const root = fileURLToPath(new URL('../..', import.meta.url))

const versionOf = (): string =>
  (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version

/** Null outside of a checkout. */
function commitOf(): string | null {
  try {
    return execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return null
  }
}
