import { seeded } from '../app/demo/content/seeded.ts'
import { createRawClient } from './raw-http.ts'

/** Whoever asks a daemon's API, in a process of its own: so many requests a second whatever becomes of them (open loop). When each
 *  is due is fixed before the first goes, and its time counts from then: what a slow answer holds up is not left out (coordinated
 *  omission). Speaks with its parent by messages. */

interface Task {
  readonly url: string
  readonly token: string
  readonly subscribers: number
  readonly perSecond: number
  readonly seconds: number
  readonly seed: number
}

export interface Asked {
  /** Milliseconds from when each request was due to its answer, by what was asked. */
  readonly times: { readonly [what: string]: readonly number[] }
  /** How many answers had a status, by status, and where it is none of success by what was asked, too: `404 find nobody by address`.
   *  `lost`: the connection broke. */
  readonly statuses: { readonly [status: string]: number }
  /** How late the requests themselves went out, ms, sorted: this process's own part of every time. */
  readonly late: readonly number[]
  /** What this process took of the machine meanwhile, in cores. */
  readonly ownCores: number
}

interface Request {
  readonly what: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: string
}

/** What a newsroom's programs ask: shops and forms that read and write people, editors who look at campaigns and items, boards that
 *  show numbers. A quarter writes. */
function requestOf(random: () => number, n: number, { subscribers, seed }: Task): Request {
  const id = 1 + Math.floor(random() * subscribers)
  // As `next` of a page has it.
  const cursor = Buffer.from(String(id)).toString('base64url')
  const get = (what: string, path: string): Request => ({ what, method: 'GET', path: `/api/v1${path}` })
  const post = (what: string, path: string, body: object): Request => ({
    what,
    method: 'POST',
    path: `/api/v1${path}`,
    body: JSON.stringify(body),
  })
  const share = random()
  if (share < 0.2) return get('read a person', `/subscribers/${id}`)
  if (share < 0.28)
    return get('find nobody by address', `/subscribers/by-address?address=p${id}@nobody.example`)
  if (share < 0.34) return get('list 50 people', `/subscribers?limit=50&after=${cursor}`)
  if (share < 0.4) return get('list people by list', `/subscribers?limit=50&list=morning&after=${cursor}`)
  if (share < 0.46) return get('read campaigns', '/campaigns?limit=20')
  if (share < 0.52) return get('read progress', '/campaigns/million/progress')
  if (share < 0.58) return get('numbers of a campaign', '/analytics/campaigns/million')
  if (share < 0.62) return get('totals', '/analytics/totals')
  if (share < 0.66) return get('newest events', '/events?limit=50')
  if (share < 0.72) return get('list items', '/items?limit=20')
  if (share < 0.76) return get('read lists', '/lists')
  if (share < 0.88)
    return post('write a person', '/subscribers', {
      address: `new${seed}-${n}@shop.example`,
      name: 'New Reader',
      attributes: { plan: 'free', visits: n },
    })
  if (share < 0.94)
    return post('change a person', '/subscribers', {
      address: `new${seed}-${Math.floor(random() * n)}@shop.example`,
      attributes: { visits: n },
    })
  return post('write an item', '/items', {
    key: `bench-${seed}-${n}`,
    title: `Story ${n}`,
    url: `https://news.example/${seed}/${n}`,
    summary: 'What happened, in a sentence.',
    body: '<p>What happened, <b>in more words</b>.</p>'.repeat(20),
    topics: [],
  })
}

async function ask(task: Task): Promise<Asked> {
  const { url, token, perSecond, seconds, seed } = task
  const random = seeded(seed)
  const plan: { readonly dueMs: number; readonly request: Request }[] = []
  // Poisson: the gaps between the requests of many are exponential.
  for (let dueMs = 0; dueMs < seconds * 1000; dueMs += (-Math.log(1 - random()) * 1000) / perSecond)
    plan.push({ dueMs, request: requestOf(random, plan.length, task) })

  const client = createRawClient(url)
  const headers = `authorization: Bearer ${token}\r\ncontent-type: application/json\r\n`
  const times: Record<string, number[]> = {}
  const statuses: Record<string, number> = {}
  const late: number[] = []
  const cpu = process.cpuUsage()
  const begun = performance.now()
  const fly = async (due: number, { what, method, path, body }: Request) => {
    late.push(performance.now() - due)
    const status = await client.request(method, path, headers, body).catch(() => 'lost')
    const took = times[what] ?? []
    took.push(performance.now() - due)
    times[what] = took
    const key = String(status).startsWith('2') ? `${status}` : `${status} ${what}`
    statuses[key] = (statuses[key] ?? 0) + 1
  }
  const flights: Promise<void>[] = []
  for (const { dueMs, request } of plan) {
    const due = begun + dueMs
    const wait = due - performance.now()
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait))
    flights.push(fly(due, request))
  }
  await Promise.all(flights)
  client.close()
  const { user, system } = process.cpuUsage(cpu)
  const ownCores = (user + system) / 1000 / (performance.now() - begun)
  return { times, statuses, late: late.toSorted((a, b) => a - b), ownCores }
}

process.on('message', (task: Task) => {
  ask(task).then(
    (asked) => process.send?.({ asked }),
    (error: unknown) => process.send?.({ error: String(error) }),
  )
})
process.on('disconnect', () => process.exit(0))
