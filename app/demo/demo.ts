import { join, relative, resolve } from 'node:path'
import { domainOf } from '../../engine/model/address.ts'
import type { Progress } from '../../engine/model/progress.ts'
import type { Cli } from '../cli/cli.ts'
import type { Client } from '../cli/daemon/client.ts'
import { CliError } from '../cli/exit.ts'
import { bytes, count, duration } from '../cli/terminal/format.ts'
import { createProgress } from '../cli/terminal/progress.ts'
import { makeItems } from './content/items.ts'
import { makePeople } from './content/people.ts'
import { campaignData, list, paper, topics } from './content/publication.ts'
import { seeded } from './content/seeded.ts'
import { furnishPaper } from './furnish.ts'
import { clearFolder } from './house.ts'
import { type Inbox, startInbox } from './inbox.ts'
import { sideBySide } from './side-by-side.ts'
import { openEmbeddedStage, openProductionStage, type Stage } from './stage.ts'

export interface DemoOptions {
  readonly subscribers: number
  readonly folder: string
  /** One of the template sets in app/templates. */
  readonly template: string
  /** Kill a daemon with -9 half-way. */
  readonly crash: boolean
  /** On Postgres and Redis, with two workers. */
  readonly production: boolean
}

/** What the demo measured. Memory is the daemon's peak; letters a minute count from the start command to the
 *  last letter's settlement. */
interface DemoFigures {
  readonly subscribers: number
  readonly sent: number
  readonly failed: number
  readonly unknown: number
  readonly lettersPerMinute: number
  readonly p95LetterMs: number | null
  readonly rssMb: number
  /** Of the production demo. */
  readonly nodes?: number
}

const campaignName = 'morning-letter'

/** A campaign from nothing to the inbox: data folder, daemon, people, items, letters over real SMTP. */
export async function runDemo(cli: Cli, options: DemoOptions): Promise<void> {
  const folder = resolve(cli.cwd, options.folder)
  const wanted = new Set<string>()
  const inboxFolder = join(folder, 'inbox')
  await using stack = new AsyncDisposableStack()
  const people = makePeople(options.subscribers, seeded(2026))
  for (const person of threeReaders(people)) wanted.add(person.address)
  clearFolder(folder)
  const inbox = await startInbox({ folder: inboxFolder, keep: (recipient) => wanted.has(recipient) })
  stack.defer(() => inbox.close())

  cli.say(`${cli.style('bold', 'Broadsheet demo')}  ${cli.style('dim', paper.title)}`)
  const fact = (label: string, words: string) => cli.say(`  ${label.padEnd(13)} ${words}`)
  fact('data folder', relative(cli.cwd, folder) || '.')
  fact('SMTP inbox', `127.0.0.1:${inbox.port}`)
  const open = options.production ? openProductionStage : openEmbeddedStage
  const stage = await open({ cli, folder, smtpPort: inbox.port, domain: domainOf(paper.sender.address) })
  stack.defer(() => stage.close())
  for (const [label, words] of stage.facts) fact(label, words)
  cli.say()

  await furnish(cli, stage.client(), options, people)
  const started = performance.now()
  await stage.client().post(`/campaigns/${campaignName}/start`)
  let progress = await watch(cli, stage.client(), options.crash ? options.subscribers / 2 : null)
  if (progress === null) {
    await stage.crash(count(inbox.letters))
    progress = (await watch(cli, stage.client(), null))!
  }
  const elapsedMs = performance.now() - started
  const peakRss = stage.peakRss()

  const { sent, failed, unknown } = progress.counts
  const figures: DemoFigures = {
    subscribers: progress.counts.audience,
    sent,
    failed,
    unknown,
    lettersPerMinute: Math.round((sent / elapsedMs) * 60_000),
    p95LetterMs: progress.p95LetterMs,
    rssMb: Math.round(peakRss / 1e6),
    ...(options.production && { nodes: stage.nodes }),
  }
  await report(cli, inbox, stage, figures, [...wanted], elapsedMs)
  checkInbox(inbox, figures)
  if (cli.options.json) cli.stdout.write(`${JSON.stringify(figures)}\n`)
}

/** Three people whose interests differ most: the first whose strongest topics are not each other's. */
function threeReaders(people: ReturnType<typeof makePeople>): ReturnType<typeof makePeople> {
  const chosen: typeof people = []
  const taken = new Set<string>()
  for (const person of people) {
    const ranked = Object.entries(person.topics ?? {}).sort(([, a], [, b]) => b - a)
    const [favourite] = ranked[0] ?? []
    if (!favourite || ranked.length < 2 || ranked.some(([topic]) => taken.has(topic))) continue
    chosen.push(person)
    for (const [topic] of ranked) taken.add(topic)
    if (chosen.length === 3) return chosen
  }
  return people.slice(0, 3)
}

async function furnish(
  cli: Cli,
  client: Client,
  options: DemoOptions,
  people: ReturnType<typeof makePeople>,
): Promise<void> {
  const items = makeItems(Date.now())
  await furnishPaper(cli, client, { list, template: options.template, items, people })
  cli.say(`  ${count(items.length)} items in ${topics.length} topics, template "${options.template}"`)
  await client.post('/campaigns', {
    name: campaignName,
    title: 'The morning letter',
    template: options.template,
    sender: paper.sender,
    lists: [list.name],
    selection: { count: 10, minimum: 3 },
    data: campaignData,
  })
}

/** Draw the campaign's progress until it is over; null when `until` letters were settled. */
async function watch(cli: Cli, client: Client, until: number | null): Promise<Progress | null> {
  const bar = createProgress(cli.stderr, { label: 'sending  ' })
  const ended = new AbortController()
  const show = ({ counts, perSecond, remainingMs }: Progress) => {
    if (cli.options.json) return
    const done = counts.audience - counts.queued - counts.handing - counts.retry
    const note = counts.failed > 0 ? `${count(counts.failed)} failed` : ''
    bar.update({ done, total: counts.audience, perSecond, remainingMs, note })
  }
  try {
    const events = await client.events('/stream', { types: 'publication.progress' }, ended.signal)
    // It may have been over before the stream was open.
    const first = await client.get<Progress>(`/campaigns/${campaignName}/progress`)
    if (first.state === 'finished') return first
    for await (const { data } of events) {
      const { progress } = JSON.parse(data) as { progress: Progress }
      show(progress)
      if (progress.state === 'finished') return progress
      if (progress.state !== 'running' && progress.state !== 'planning')
        throw new CliError('refused', `The campaign is ${progress.state}; see daemon.log in the data folder.`)
      if (until !== null && progress.counts.sent >= until) return null
    }
    throw new CliError('unreachable', 'The daemon ended its stream before the campaign was finished.')
  } finally {
    bar.finish()
    ended.abort()
  }
}

async function report(
  cli: Cli,
  inbox: Inbox,
  stage: Stage,
  figures: DemoFigures,
  readers: readonly string[],
  elapsedMs: number,
): Promise<void> {
  if (cli.options.json) return
  const { sent, failed, unknown, lettersPerMinute, p95LetterMs, rssMb } = figures
  const copies = [...inbox.received.values()].filter((letters) => letters > 1).length
  cli.say()
  cli.say(
    `  ${cli.style('bold', count(sent))} sent, ${count(failed)} failed, ${count(unknown)} unknown in ${duration(elapsedMs)}`,
  )
  cli.say(`  ${count(inbox.received.size)} people have a letter in the inbox, ${count(copies)} have two`)
  if (unknown > 0)
    cli.say(
      `  unknown: the kill hid whether they left. The policy "hold" never sends twice: they are listed\n           (broadsheet export unknown ${campaignName}) until somebody decides`,
    )
  cli.say(
    `  ${cli.style('bold', count(lettersPerMinute))} letters a minute; a letter took ${p95LetterMs ?? '?'} ms to render and send (p95); daemon's peak memory ${bytes(rssMb * 1e6)}`,
  )
  cli.say()
  cli.say(await sideBySide(cli, stage.client(), campaignName, readers))
  const { house } = stage
  const folder = relative(cli.cwd, house.folder) || '.'
  cli.say('  Look further:')
  cli.say(`    ${folder}/inbox/           three letters as .eml, and who got one (inbox.csv)`)
  const [where, words] = stage.kept
  cli.say(`    ${`${folder}/${where}`.padEnd(26)} ${words}`)
  if (stage.nodes > 1) return
  cli.say(`    npx broadsheet serve --config ${folder}/broadsheet.yaml`)
  cli.say(`                               then ${house.url}/openapi.json and the CLI: npx broadsheet --help`)
}

/** The books against the inbox: what the ledger says was sent is there, once. */
function checkInbox(inbox: Inbox, { sent, unknown }: DemoFigures): void {
  const people = inbox.received.size
  const copies = inbox.letters - people
  if (people >= sent && people <= sent + unknown && copies === 0) return
  throw new CliError(
    'refused',
    `The ledger says ${sent} sent and ${unknown} unknown, the inbox holds letters for ${people} people and ${copies} copies.`,
  )
}
