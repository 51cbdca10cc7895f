import { join, relative, resolve } from 'node:path'
import { domainOf } from '../../engine/model/address.ts'
import type { Edition } from '../../engine/model/schedule.ts'
import type { Cli } from '../cli/cli.ts'
import { type Client, createClient } from '../cli/daemon/client.ts'
import { CliError } from '../cli/exit.ts'
import { count, duration } from '../cli/terminal/format.ts'
import { weeklyAt } from './content/cron.ts'
import { makeItems } from './content/items.ts'
import { makePeople } from './content/people.ts'
import { campaignData, list as morning, paper, topics } from './content/publication.ts'
import { seeded } from './content/seeded.ts'
import { furnishPaper } from './furnish.ts'
import { buildHouse, clearFolder, moveIn } from './house.ts'
import { type Inbox, startInbox } from './inbox.ts'
import { readerWalk } from './reader.ts'

export interface AudienceOptions {
  readonly subscribers: number
  readonly folder: string
}

/** Says what was looked at. What does not hold ends the demo. */
export interface Report {
  step(title: string, place?: string): void
  holds(ok: boolean, what: string, seen?: string): void
}

const list = { ...morning, name: 'weekly', title: 'The Harbour Weekly', optIn: 'double' } as const
const template = 'letter'
const timeZone = 'Europe/Berlin'
const reader = { address: 'juno.harker@reader.example', name: 'Juno Harker' }

/** Somebody comes, chooses, reads and goes, among people who stay: over HTTP and mail alone, as they would. */
export async function runAudienceDemo(cli: Cli, options: AudienceOptions): Promise<void> {
  const started = performance.now()
  const folder = resolve(cli.cwd, options.folder)
  const people = makePeople(options.subscribers, seeded(2026))
  const neighbour = people[0]!
  await using stack = new AsyncDisposableStack()
  clearFolder(folder)
  const kept = [reader.address, neighbour.address]
  const inbox = await startInbox({
    folder: join(folder, 'inbox'),
    keep: (recipient) => kept.includes(recipient),
  })
  stack.defer(() => inbox.close())
  const house = await buildHouse({
    folder,
    smtpPort: inbox.port,
    domain: domainOf(paper.sender.address),
    settings: {
      subscriptions: { sender: paper.sender },
      pages: { title: paper.title, lists: [list.name], postalAddress: campaignData.address },
    },
  })
  cli.say(`${cli.style('bold', 'Broadsheet demo')}  ${cli.style('dim', `${paper.title}: its audience`)}`)
  cli.say(`  data folder   ${relative(cli.cwd, folder) || '.'}`)
  cli.say(`  SMTP inbox    127.0.0.1:${inbox.port}`)
  const tenant = await moveIn(house, Date)
  stack.defer(() => tenant.stop())
  cli.say(`  daemon        ${house.url}  (process ${tenant.pid})`)
  cli.say()
  const client = createClient(house.url, tenant.token, cli.signal)
  stack.defer(() => client.close())

  const report = reporting(cli)
  const until = waiting(cli)
  // Three piles: what was there, and what is written between the editions.
  const items = makeItems(Date.now()).sort((a, b) => b.publishedAt! - a.publishedAt!)
  const [third, second, first] = [items.slice(0, 6), items.slice(6, 14), items.slice(14)]
  await furnishPaper(cli, client, { list, template, items: first, people })
  cli.say(`  ${count(first.length)} items in ${topics.length} topics, ${count(people.length)} people`)

  const walk = readerWalk({ house, inbox, client, report, until, list, reader })
  await walk.signsUp()
  await walk.confirms()
  await walk.chooses()

  const everybody = people.length + 1
  const now = Date.now()
  await client.post('/campaigns', {
    name: list.name,
    title: list.title,
    template,
    sender: paper.sender,
    lists: [list.name],
    selection: { count: 5, sinceLast: true, minimumNew: 3 },
    data: campaignData,
    repeat: { cron: weeklyAt(now, timeZone), timeZone },
    archive: true,
  })
  const edition = async (number: number): Promise<Edition> =>
    until(`edition ${number} to be finished`, async () => {
      const { data } = await client.get<{ data: readonly Edition[] }>(`/campaigns/${list.name}/editions`)
      return data.find((one) => one.number === number && one.state === 'finished')
    })
  const sentTo = (people: number, { number, counts }: Edition): void =>
    report.holds(
      counts?.sent === people && counts.audience === people,
      `${count(people)} of ${count(people)} letters of edition ${number} are sent`,
      JSON.stringify(counts),
    )

  report.step('A weekly edition comes due', `cron "${weeklyAt(now, timeZone)}", ${timeZone}`)
  // The minute that has just begun: due, and within the schedule's grace.
  await client.post(`/campaigns/${list.name}/schedule`, { at: now - (now % 60_000) })
  sentTo(everybody, await edition(1))
  await walk.reads({ letter: 1, from: first })
  const { scheduledAt } = await client.get<{ scheduledAt: number }>(`/campaigns/${list.name}`)
  report.holds(
    scheduledAt > Date.now() + 6 * 86_400_000,
    `the next one is due ${new Date(scheduledAt).toLocaleString('en-GB', { timeZone, dateStyle: 'full', timeStyle: 'short' })}`,
    String(scheduledAt),
  )

  report.step('A second edition, of what is new', `POST /api/v1/campaigns/${list.name}/start`)
  const refused = await client.post(`/campaigns/${list.name}/start`).then(
    () => 'it was begun',
    (error: Error & { code?: string }) => error.code ?? error.message,
  )
  report.holds(refused === 'E_STATE', 'with nothing new it is refused, and nobody gets a letter', refused)
  await client.post('/items', asNew(second))
  await client.post(`/campaigns/${list.name}/start`)
  sentTo(everybody, await edition(2))
  await walk.reads({ letter: 2, from: second })
  await onlyFrom(client, report, second)

  await walk.leaves()
  await walk.leavesByOneClick(neighbour.address)

  report.step('A third edition, without the two who left', `${house.url}/a/${list.name}`)
  await client.post('/items', asNew(third))
  await client.post(`/campaigns/${list.name}/start`)
  sentTo(everybody - 2, await edition(3))
  await walk.stayedAway({ letters: [2, 2], neighbour: neighbour.address })
  booksBalance(report, inbox, 3 * everybody - 2)

  const figures = { subscribers: everybody, editions: 3, letters: 3 * everybody - 2, left: 2 }
  cli.say()
  cli.say(`  All of it holds, in ${duration(performance.now() - started)}. Look further:`)
  const place = relative(cli.cwd, folder) || '.'
  cli.say(`    ${place}/inbox/           every mail to ${kept.join(' and ')} as .eml`)
  cli.say(`    npx broadsheet serve --config ${place}/broadsheet.yaml`)
  cli.say(`                               then ${house.url}/s/${list.name} and ${house.url}/a/`)
  if (cli.options.json) cli.stdout.write(`${JSON.stringify(figures)}\n`)
}

/** Written this moment. */
const asNew = (items: ReturnType<typeof makeItems>) =>
  items.map((item) => ({ ...item, publishedAt: Date.now() }))

/** Nobody's last letter holds anything else. */
async function onlyFrom(client: Client, report: Report, items: ReturnType<typeof makeItems>): Promise<void> {
  const titles = new Set(items.map(({ title }) => title))
  let picks = 0
  const strange = new Set<string>()
  for await (const row of client.rows<{ picks: readonly { title: string }[] }>(
    `/campaigns/${list.name}/deliveries`,
  ))
    for (const { title } of row.picks) {
      picks++
      if (!titles.has(title)) strange.add(title)
    }
  report.holds(
    picks > 0 && strange.size === 0,
    `all ${count(picks)} stories in all these letters are of the ${items.length} new ones`,
    [...strange].slice(0, 3).join('; '),
  )
}

/** Besides letters there are the two mails that the reader asked for. */
function booksBalance(report: Report, inbox: Inbox, letters: number): void {
  report.holds(
    inbox.letters === letters + 2,
    `the inbox holds ${count(letters)} letters, a confirmation and a link, and nothing else`,
    `${inbox.letters} mails`,
  )
}

export function reporting(cli: Pick<Cli, 'say' | 'style'>): Report {
  let steps = 0
  return {
    step(title, place) {
      cli.say()
      cli.say(
        `  ${cli.style('bold', `${++steps}  ${title}`)}${place === undefined ? '' : `  ${cli.style('dim', place)}`}`,
      )
    },
    holds(ok, what, seen) {
      cli.say(`     ${ok ? cli.style('green', '✓') : cli.style('red', '✗')} ${what}`)
      if (!ok)
        throw new CliError(
          'defect',
          `This does not hold: ${what}.${seen === undefined ? '' : ` Instead: ${seen}.`} See daemon.log.`,
        )
    },
  }
}

export type Until = <T>(what: string, look: () => Promise<T | undefined> | T | undefined) => Promise<T>

const patienceMs = 300_000

const waiting =
  (cli: Cli): Until =>
  async (what, look) => {
    const end = performance.now() + patienceMs
    for (;;) {
      const found = await look()
      if (found !== undefined) return found
      cli.signal.throwIfAborted()
      if (performance.now() > end)
        throw new CliError('defect', `Waited ${patienceMs / 1000} s for ${what}. See daemon.log.`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
