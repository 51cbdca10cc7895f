import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, relative, resolve } from 'node:path'
import { request } from 'undici'
import { pause, systemClock } from '../../engine/clock.ts'
import { domainOf } from '../../engine/model/address.ts'
import type { Progress } from '../../engine/model/progress.ts'
import type { Cli } from '../cli/cli.ts'
import { consoleLink } from '../cli/commands/console.ts'
import { type Client, createClient } from '../cli/daemon/client.ts'
import { CliError } from '../cli/exit.ts'
import { count } from '../cli/terminal/format.ts'
import { readTemplates } from '../templates/files.ts'
import { buildConsole } from './console-build.ts'
import { makeItems } from './content/items.ts'
import { makePeople } from './content/people.ts'
import { campaignData, list, paper } from './content/publication.ts'
import { seeded } from './content/seeded.ts'
import { furnishPaper } from './furnish.ts'
import { buildHouse, clearFolder, moveIn } from './house.ts'
import { type Inbox, startInbox } from './inbox.ts'
import { readMail } from './mail.ts'

export interface DeskOptions {
  readonly subscribers: number
  readonly folder: string
}

const owner = { name: 'editor@harbour-courier.example', fullName: 'Edda Marsh' }
// So many letters are kept, and some of their readers open and click.
const readers = 400
const livePerSecond = 6
const humanMs = 3000

/** A newsroom at work, and its console: a letter that went out and is being read, one that goes out now, some that are to come, and alerts.
 *  Until Ctrl+C. */
export async function runDesk(cli: Cli, options: DeskOptions): Promise<void> {
  const folder = resolve(cli.cwd, options.folder)
  const random = seeded(2026)
  const people = makePeople(options.subscribers, random)
  await using stack = new AsyncDisposableStack()
  clearFolder(folder)
  await buildConsole(() => cli.remark('building the console, once …'))
  const read: string[] = []
  const inbox = await startInbox({
    folder: join(folder, 'inbox'),
    keep: (recipient, letters) => {
      if (letters < readers) read.push(recipient)
      return letters < readers
    },
  })
  stack.defer(() => inbox.close())
  const room = await openRoom()
  stack.defer(() => room.close())
  const house = await buildHouse({
    folder,
    smtpPort: inbox.port,
    domain: domainOf(paper.sender.address),
    settings: settings(inbox.port, room.port),
  })
  cli.say(`${cli.style('bold', 'Broadsheet demo')}  ${cli.style('dim', `${paper.title}: its console`)}`)
  const tenant = await moveIn(house, Date)
  stack.defer(() => tenant.stop())
  const client = createClient(house.url, tenant.token, cli.signal)
  stack.defer(() => client.close())

  await furnishPaper(cli, client, { list, template: 'letter', items: makeItems(Date.now()), people })
  await furnishDesk(client)
  await sendMorning(cli, client)
  const sentAt = performance.now()
  await reportAlerts(client, people)
  // Who opens a letter within two seconds is taken for a machine, and rightly.
  await pause(systemClock, Math.max(0, sentAt + humanMs - performance.now()), cli.signal)
  const figures = await readLetters(cli, inbox, read, random)
  await client.post('/campaigns/evening-brief/start')
  cli.say(
    `  ${count(figures.opened)} opened, ${count(figures.clicked)} clicked; "The evening brief" goes out now, ${livePerSecond} a second`,
  )

  const link = await consoleLink(client)
  cli.say()
  cli.say(`  ${cli.style('bold', 'The console')}  ${link}`)
  cli.say(`  ${cli.style('dim', 'signs you in once, within five minutes; later, with a new link:')}`)
  const place = relative(cli.cwd, house.settings) || house.settings
  cli.say(`  $ npx broadsheet console --config ${place}`)
  cli.say()
  if (cli.options.json) cli.stdout.write(`${JSON.stringify({ link, ...figures })}\n`)
  cli.say(`  Ctrl+C ends it.`)
  await new Promise<void>((done) => {
    if (cli.signal.aborted) done()
    else cli.signal.addEventListener('abort', () => done(), { once: true })
  })
}

const settings = (smtpPort: number, roomPort: number): object => ({
  channels: {
    smtp: { host: '127.0.0.1', port: smtpPort, security: 'none' },
    'smtp-evening': { type: 'smtp', host: '127.0.0.1', port: smtpPort, security: 'none' },
    desk: {
      type: 'webhook',
      rooms: {
        newsroom: {
          url: `http://127.0.0.1:${roomPort}/newsroom`,
          secrets: [`whsec_${randomBytes(32).toString('base64')}`],
        },
      },
    },
  },
  egress: { allow: ['127.0.0.1'] },
  limits: { channel: { 'smtp-evening': { perSecond: livePerSecond, burst: livePerSecond } } },
  subscriptions: { sender: paper.sender },
  pages: { title: paper.title, lists: [list.name], postalAddress: campaignData.address },
  alerts: {
    sender: { address: `alerts@${domainOf(paper.sender.address)}`, name: paper.title },
    receivers: {
      newsroom: { people: true, rooms: ['desk/newsroom'] },
      printing: { rooms: ['desk/newsroom'], people: true },
    },
    rules: {
      route: {
        receiver: 'newsroom',
        group_by: ['site'],
        group_wait: '1s',
        group_interval: '1m',
        repeat_interval: '4h',
        routes: [
          {
            matchers: ['team="printing"'],
            receiver: 'printing',
            escalate: [{ after: '5m', receiver: 'newsroom' }],
          },
        ],
      },
      inhibit_rules: [
        {
          source_matchers: ['alertname="PowerCut"'],
          target_matchers: ['severity=~"warning|info"'],
          equal: ['site'],
        },
      ],
      time_intervals: [
        { name: 'nights', time_intervals: [{ times: [{ start_time: '00:00', end_time: '06:00' }] }] },
      ],
    },
  },
})

/** A room that posts go to, and that takes them all. */
async function openRoom(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(204).end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function furnishDesk(client: Client): Promise<void> {
  const { token } = await client.post<{ token: string }>('/users/first')
  // Nobody is told it: the demo's link signs in.
  await client.post('/access/accept', { token, ...owner, password: randomBytes(24).toString('base64url') })
  for (const [name, fullName, role] of [
    ['theo@harbour-courier.example', 'Theo Brandt', 'editor'],
    ['night@harbour-courier.example', 'Night desk', 'alert-duty'],
    ['figures@harbour-courier.example', 'Ines Okafor', 'analyst'],
  ])
    await client.post('/users', { name, fullName, role })
  await client.post('/keys', { name: 'printing-hall', scopes: ['alerts:read', 'alerts:write'] })

  const templatesOf = (set: string) => readTemplates(join(import.meta.dirname, '../templates', set))
  for (const set of ['digest', 'briefing'])
    for (const one of templatesOf(set)) await client.post('/templates', one)
  // It was something else in between: its versions have something to show.
  for (const letter of templatesOf('letter').filter(({ name }) => name === 'letter')) {
    await client.put('/templates/letter', 1, {
      ...letter,
      subject: '{{ campaign.title }}: {{ items[0].title }}',
      body: letter.body
        .replace('Good morning', 'Dear reader')
        .replace('that you told us', 'you have told us of'),
    })
    await client.put('/templates/letter', 2, letter)
  }
  for (const [name, title, rule] of [
    ['harbour-readers', 'Readers of the harbour', 'topic:harbour >= 0.5'],
    ['patrons', 'Patrons and supporters', 'attr.plan in ("patron", "supporter")'],
    ['night-owls', 'Culture, and not sport', 'topic:culture >= 0.5 and not topic:sport >= 0.4'],
  ])
    await client.post('/segments', { name, title, rule })
  await client.post('/suppressions', [
    { address: 'gone@example.net', reason: 'bounce' },
    { address: 'never.again@example.org', reason: 'manual' },
  ])

  const campaign = (name: string, title: string, more: { readonly [key: string]: unknown }) =>
    client.post('/campaigns', {
      name,
      title,
      template: 'letter',
      sender: paper.sender,
      lists: more.segments === undefined ? [list.name] : [],
      selection: { count: 8, minimum: 3 },
      data: campaignData,
      archive: true,
      ...more,
    })
  await campaign('morning-letter', 'The morning letter', {})
  await campaign('evening-brief', 'The evening brief', { template: 'briefing', channel: 'smtp-evening' })
  await campaign('harbour-weekly', 'Harbour weekly', {
    template: 'digest',
    segments: ['harbour-readers'],
    repeat: { cron: '0 7 * * MON', timeZone: 'Europe/Berlin' },
  })
  await client.post('/campaigns/harbour-weekly/schedule', {})
  await campaign('members-special', 'A letter to those who pay for it', { segments: ['patrons'] })
  await client.post('/campaigns/members-special/schedule', { at: Date.now() + 20 * 3_600_000 })
  await campaign('culture-night', 'The long night of culture', { segments: ['night-owls'] })
}

async function reportAlerts(client: Client, people: ReturnType<typeof makePeople>): Promise<void> {
  for (const { address } of people.slice(0, 40)) {
    const { id } = await client.get<{ id: number }>('/subscribers/by-address', { address })
    await client.post(`/subscribers/${id}/follows`, { channel: 'smtp' })
  }
  await client.post('/heartbeats', { name: 'paywall', title: 'The paywall answers', everyMs: 300_000 })
  await client.post('/heartbeats/paywall/beat')
  const report = (title: string, more: object) => client.post('/alerts', { title, ...more })
  await report('Press 2 stands still', {
    key: 'press-2',
    severity: 'critical',
    topic: 'harbour',
    labels: { team: 'printing', site: 'ropewalk', alertname: 'PressDown' },
    text: 'Error 41 at the folder. The first edition is due at 23:40.',
    links: [{ title: 'Runbook', url: 'https://wiki.harbour-courier.example/press' }],
  })
  await report('Paper for two nights', {
    key: 'paper-stock',
    severity: 'warning',
    labels: { team: 'printing', site: 'ropewalk', alertname: 'PaperLow' },
    text: 'The next reel comes on Thursday.',
  })
  await report('Comments wait longer than an hour', {
    key: 'comments',
    severity: 'warning',
    labels: { team: 'community', site: 'web', alertname: 'QueueAge' },
  })
  await report('The archive’s disk is 91 % full', {
    key: 'archive-disk',
    severity: 'error',
    labels: { team: 'web', site: 'web', alertname: 'DiskFills', instance: 'archive-1' },
  })
  await report('A correction on page 3', { key: 'correction-p3', severity: 'info', topic: 'cities' })
  await report('Ferry line 2 is suspended', {
    key: 'ferry-2',
    severity: 'error',
    topic: 'harbour',
    labels: { site: 'harbour', alertname: 'Ferry' },
    text: 'Fog. The 7:10 and 7:40 do not sail.',
  })
  await client.post('/alerts', { key: 'ferry-2', status: 'resolved' })
  const { data } = await client.get<{ data: readonly { id: number; key: string }[] }>('/alerts', {
    limit: 50,
  })
  const comments = data.find(({ key }) => key === 'comments')
  if (comments !== undefined)
    await client.post(`/alerts/${comments.id}/acknowledge`, {
      by: 'Night desk',
      comment: 'Two more of us are on it',
    })
  await client.post('/silences', {
    matchers: [{ name: 'instance', operator: '=', value: 'archive-1' }],
    endsAt: Date.now() + 2 * 3_600_000,
    comment: 'New disks are on their way',
  })
}

async function sendMorning(cli: Cli, client: Client): Promise<void> {
  await client.post('/campaigns/morning-letter/start')
  for (;;) {
    const { state, counts } = await client.get<Progress>('/campaigns/morning-letter/progress')
    if (state === 'finished') {
      cli.say(`  "The morning letter" went to ${count(counts.sent)} people`)
      return
    }
    if (state !== 'running' && state !== 'planning')
      throw new CliError('refused', `The morning letter is ${state}; see daemon.log in the data folder.`)
    await pause(systemClock, 100, cli.signal)
    cli.signal.throwIfAborted()
  }
}

/** What browsers send when somebody follows a link in their mail. */
const followed = {
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'accept-language': 'en-GB,en;q=0.9,de;q=0.8',
  'sec-fetch-site': 'none',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-user': '?1',
  'upgrade-insecure-requests': '1',
}

/** As their mail programs and browsers would: most open the letter, some click, most of them what stands first. */
async function readLetters(
  cli: Cli,
  inbox: Inbox,
  recipients: readonly string[],
  random: () => number,
): Promise<{ opened: number; clicked: number }> {
  const agents = [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
    'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0',
  ]
  let [opened, clicked] = [0, 0]
  const ask = async (url: string, agent: string): Promise<void> => {
    const { body } = await request(url, {
      headers: { ...followed, 'user-agent': agent },
      signal: cli.signal,
    })
    await body.dump()
  }
  for (const recipient of new Set(recipients)) {
    const { text, html } = readMail(inbox.letter(recipient, 1))
    const agent = agents[Math.floor(random() * agents.length)]!
    const pixel = /https?:\/\/[^"'\s)]+\/t\/[^"'\s)]+/.exec(html)?.[0]
    const links = [...new Set((html || text).match(/https?:\/\/[^"'\s)>]+\/c\/[^"'\s)>]+/g))]
    if (pixel === undefined || random() > 0.58) continue
    await ask(pixel, agent)
    opened++
    if (random() > 0.4) continue
    // One each: who follows several within a moment is a program.
    const link = links[Math.floor(random() ** 2 * Math.min(links.length, 8))]
    if (link === undefined) continue
    await ask(link, agent)
    clicked++
  }
  return { opened, clicked }
}
