import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { flush } from '../../../engine/alerts/flush.ts'
import { createGroup, type GroupTiming, report } from '../../../engine/alerts/group.ts'
import { findAlertmanager, startAlertmanager } from '../../servers/alertmanager.ts'

// The real Alertmanager knows but the real time. All scenarios run in it side by side, each with a group of its own, in
// slots: what happens, happens at a slot's beginning, and groups are told in its middle.
const slotMs = 2000
// It forgets empty groups every 30 s, which is when nobody can say: the run is over before.
const slots = 11
const timing = { groupWaitMs: slotMs / 2, groupIntervalMs: slotMs, repeatIntervalMs: 2.6 * slotMs }

const keys = ['a', 'b', 'c', 'd'] as const
type Key = (typeof keys)[number]
/** blip: it fires and ends at once. */
type Act = 'fire' | 'resolve' | 'blip' | 'silence' | 'unsilence'
/** What happens to whom at the beginning of a slot; each key at most once. */
type Slot = Readonly<Partial<Record<Key, Act>>>
interface Scenario {
  readonly kind: string
  readonly sendResolved: boolean
  readonly slots: readonly Slot[]
}
/** As both tell it. */
interface Told {
  readonly firing: readonly string[]
  readonly resolved: readonly string[]
}

/** Leaves out what changes nothing, and what `may` refuses. */
function scenarioOf(
  kind: string,
  sendResolved: boolean,
  raw: readonly Slot[],
  may: (act: Act, state: { readonly fired: number; readonly silenced: boolean }) => boolean,
): Scenario {
  const states = new Map(keys.map((key) => [key, { firing: false, fired: 0, silenced: false }]))
  const kept = raw.map((slot) => {
    const own: Partial<Record<Key, Act>> = {}
    for (const [key, act] of Object.entries(slot) as [Key, Act][]) {
      const state = states.get(key)!
      const changes = {
        fire: !state.firing,
        blip: !state.firing,
        resolve: state.firing,
        silence: !state.silenced,
        unsilence: state.silenced,
      }
      if (!changes[act] || !may(act, state)) continue
      own[key] = act
      if (act === 'fire' || act === 'blip') state.fired++
      if (act === 'silence' || act === 'unsilence') state.silenced = act === 'silence'
      else state.firing = act === 'fire'
    }
    return own
  })
  return { kind, sendResolved, slots: kept }
}

const slot = (...acts: readonly Act[]) =>
  fc
    .record(
      Object.fromEntries(
        keys.map((key) => [key, fc.option(fc.constantFrom(...acts), { nil: undefined, freq: 2 })]),
      ),
    )
    .map((acts) => Object.fromEntries(Object.entries(acts).filter(([, act]) => act !== undefined)) as Slot)
const raw = (...acts: readonly Act[]) =>
  fc.array(slot(...acts), { minLength: slots - 1, maxLength: slots - 1 })

const scenarios: readonly Scenario[] = [
  ...fc.sample(
    raw('fire', 'resolve', 'blip').map((slots) => scenarioOf('ends are told', true, slots, () => true)),
    150,
  ),
  ...fc.sample(
    raw('fire', 'fire', 'resolve', 'blip').map((slots) =>
      scenarioOf('ends are not told', false, slots, (act, { fired }) => act === 'resolve' || fired === 0),
    ),
    100,
  ),
  ...fc.sample(
    raw('fire', 'fire', 'resolve', 'blip', 'silence', 'unsilence').map((slots) =>
      scenarioOf('silences', true, slots, (act, { silenced }) => act !== 'resolve' || !silenced),
    ),
    150,
  ),
]

/** What our functions tell, on a clock that is moved. */
function ours({ sendResolved, slots: acts }: Scenario): readonly Told[] {
  const own: GroupTiming = { ...timing, sendResolved }
  const group = createGroup()
  const silenced = new Set<string>()
  const told: Told[] = []
  for (let i = 0; i < slots; i++) {
    const now = i * slotMs
    for (const [key, act] of Object.entries(acts[i] ?? {})) {
      const say = (state: 'firing' | 'resolved') =>
        report(group, { key, state, acknowledged: false, startsAt: now }, own, now)
      if (act === 'silence') silenced.add(key)
      else if (act === 'unsilence') silenced.delete(key)
      if (act === 'fire' || act === 'blip') say('firing')
      if (act === 'resolve' || act === 'blip') say('resolved')
    }
    const said = flush(group, own, now + slotMs / 2, (key) => silenced.has(key))
    if (said !== null) told.push({ firing: said.firing.toSorted(), resolved: said.resolved.toSorted() })
  }
  return told
}

/** What it posts to a webhook, as far as it matters here. */
interface Call {
  readonly groupLabels: { readonly g: string }
  readonly alerts: readonly {
    readonly status: 'firing' | 'resolved'
    readonly labels: { readonly key: string }
  }[]
}

const program = findAlertmanager('prometheus-alertmanager')

describe.skipIf(program === null)('groups are told as Alertmanager tells them', () => {
  const theirs: Told[][] = scenarios.map(() => [])
  const hook = createServer((request, response) => {
    json(request).then(
      (body) => {
        const { groupLabels, alerts } = body as Call
        const of = (status: string) =>
          alerts
            .filter((alert) => alert.status === status)
            .map(({ labels }) => labels.key)
            .sort()
        theirs[Number(groupLabels.g)]!.push({ firing: of('firing'), resolved: of('resolved') })
        response.end()
      },
      () => response.destroy(),
    )
  })

  beforeAll(async () => {
    await once(hook.listen(0, '127.0.0.1'), 'listening')
    const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`
    const server = await startAlertmanager(program!, {
      route: {
        receiver: 'all',
        group_by: ['g'],
        group_wait: `${timing.groupWaitMs}ms`,
        group_interval: `${timing.groupIntervalMs}ms`,
        repeat_interval: `${timing.repeatIntervalMs}ms`,
        routes: [{ receiver: 'beginnings', matchers: ['ends="untold"'] }],
      },
      receivers: [
        { name: 'all', webhook_configs: [{ url, send_resolved: true }] },
        { name: 'beginnings', webhook_configs: [{ url, send_resolved: false }] },
      ],
    })
    try {
      await play(server.url)
    } finally {
      await server.stop()
    }
  })
  afterAll(() => hook.close())

  test.each([...new Set(scenarios.map(({ kind }) => kind))])('%s', (kind) => {
    let notifications = 0
    for (const [i, scenario] of scenarios.entries()) {
      if (scenario.kind !== kind) continue
      expect({ slots: scenario.slots, told: ours(scenario) }).toEqual({
        slots: scenario.slots,
        told: theirs[i],
      })
      notifications += theirs[i]!.length
    }
    // Otherwise nothing was compared.
    expect(notifications).toBeGreaterThan(100)
    console.log(`${kind}: ${notifications} notifications are the same.`)
  })
})

/** Does to Alertmanager what the scenarios say, when they say it. */
async function play(url: string): Promise<void> {
  const silences = new Map<string, string>()
  const send = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${url}/api/v2/${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text === '' ? null : JSON.parse(text)
  }
  const in1Hour = () => new Date(Date.now() + 3_600_000).toISOString()
  async function silence(g: number, key: string): Promise<void> {
    const matcher = (name: string, value: string) => ({ name, value, isRegex: false })
    const { silenceID } = (await send('POST', 'silences', {
      matchers: [matcher('g', `${g}`), matcher('key', key)],
      startsAt: new Date().toISOString(),
      endsAt: in1Hour(),
      createdBy: 'test',
      comment: 'test',
    })) as { silenceID: string }
    silences.set(`${g} ${key}`, silenceID)
  }
  const start = Date.now() + 200
  for (let i = 0; i < slots; i++) {
    await setTimeout(start + i * slotMs - Date.now())
    const at = new Date().toISOString()
    const alerts: unknown[] = []
    const rest: (() => Promise<unknown>)[] = []
    for (const [g, { sendResolved, slots: acts }] of scenarios.entries())
      for (const [key, act] of Object.entries(acts[i] ?? {}) as [Key, Act][]) {
        const labels = { g: `${g}`, key, ...(sendResolved ? {} : { ends: 'untold' }) }
        if (act === 'fire') alerts.push({ labels, startsAt: at, endsAt: in1Hour() })
        else if (act === 'resolve') alerts.push({ labels, endsAt: at })
        else if (act === 'blip') alerts.push({ labels, startsAt: at, endsAt: at })
        else if (act === 'silence') rest.push(() => silence(g, key))
        else rest.push(() => send('DELETE', `silence/${silences.get(`${g} ${key}`)}`))
      }
    if (alerts.length > 0) await send('POST', 'alerts', alerts)
    for (let from = 0; from < rest.length; from += 16)
      await Promise.all(rest.slice(from, from + 16).map((run) => run()))
    const took = Date.now() - (start + i * slotMs)
    if (took > slotMs / 3)
      throw new Error(`This machine is too slow to compare: a slot of ${slotMs} ms began ${took} ms late.`)
  }
  await setTimeout(start + slots * slotMs - Date.now())
}
