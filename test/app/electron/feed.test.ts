import { expect, onTestFinished, test, vi } from 'vitest'
import { type FeedState, listen } from '../../../app/electron/feed/feed.ts'
import { createNotices } from '../../../app/electron/feed/notices.ts'
import { createPicture, type FiringAlert } from '../../../app/electron/feed/picture.ts'
import { createTray, type TrayState } from '../../../app/electron/feed/tray.ts'
import { english } from '../../../app/electron/words/english.ts'
import { german } from '../../../app/electron/words/german.ts'
import { systemClock } from '../../../engine/clock.ts'
import { silentLog } from '../../../engine/log.ts'
import type { AlertId, CampaignId, PublicationId } from '../../../engine/model/ids.ts'
import type { Fact, Progress } from '../../../engine/model/progress.ts'
import { createTestClock } from '../../engine/support/clock.ts'
import { serve, token } from '../http/serve.ts'
import { openFolder } from './support/desktop.ts'
import { createElectron } from './support/electron.ts'

const within = { timeout: 300_000, interval: 5 }
const alert = (id: number, severity: FiringAlert['severity'] = 'error'): FiringAlert => ({
  id: id as AlertId,
  title: `Title of ${id}`,
  severity,
})
const changed = (id: number, state: 'firing' | 'acknowledged' | 'resolved'): Fact => ({
  type: 'alert.changed',
  alert: { ...alert(id), key: `key-${id}`, state, version: 1 },
})
const progress = (id: number, sent: number, audience: number): Progress => ({
  campaignId: id as CampaignId,
  publicationId: 1 as PublicationId,
  state: 'running',
  counts: {
    audience,
    queued: audience - sent,
    handing: 0,
    sent,
    failed: 0,
    retry: 0,
    unknown: 0,
    skipped: 0,
    suppressed: 0,
  },
  perSecond: 41.4,
  remainingMs: 900_000,
  p95LetterMs: null,
  waitingUntil: null,
  waitingFor: null,
})
const campaign = (id: number) => ({
  id: id as CampaignId,
  name: `c${id}`,
  title: `Campaign ${id}`,
})

test('alerts are new once: not those from before, not those heard already, and again after their end', () => {
  const picture = createPicture()
  const names = (alerts: readonly FiringAlert[]) => alerts.map(({ id }) => id)
  expect(names(picture.begin({ campaigns: [], firing: [alert(1)] }))).toEqual([])
  expect(names(picture.hear(changed(2, 'firing')))).toEqual([2])
  expect(names(picture.hear(changed(2, 'firing')))).toEqual([])
  expect(names(picture.hear(changed(2, 'resolved')))).toEqual([])
  expect(names(picture.hear(changed(2, 'firing')))).toEqual([2])
  // What happened while nobody listened.
  expect(names(picture.begin({ campaigns: [], firing: [alert(2), alert(3)] }))).toEqual([3])
  expect(names(picture.firing)).toEqual([2, 3])
  picture.hear(changed(3, 'acknowledged'))
  expect(names(picture.firing)).toEqual([2])
  picture.clear()
  expect(names(picture.begin({ campaigns: [], firing: [alert(9)] }))).toEqual([])
})

function openTray(words = english) {
  const { parts, trays } = createElectron({ folder: openFolder() })
  const clock = createTestClock()
  const picture = createPicture()
  let state: TrayState = 'on'
  const gone: string[] = []
  const tray = createTray(parts, {
    icon: '/tray.png',
    words,
    clock,
    state: () => state,
    picture,
    update: () => null,
    open: () => gone.push('open'),
    go: (route) => gone.push(route),
    install: () => {},
    quit: () => gone.push('quit'),
  })
  return {
    picture,
    tray,
    clock,
    gone,
    double: trays[0]!,
    lines: (next: TrayState = 'on') => {
      state = next
      tray.refresh()
      clock.advance(1000)
      return trays[0]!.labels()
    },
  }
}

test('the tray says what is running, how far it is, and what fires', () => {
  const { picture, lines, double, gone } = openTray()
  expect(lines()).toEqual(['Nothing is being sent', 'Open Broadsheet', 'Quit'])
  picture.begin({
    campaigns: [
      { campaign: campaign(1), progress: progress(1, 12_300, 50_000) },
      { campaign: campaign(2), progress: null },
    ],
    firing: [alert(2), alert(3)],
  })
  expect(lines()).toEqual([
    'Campaign 1: 12,300 of 50,000 · 41/s · 15 min left',
    'Campaign 2',
    '2 alerts are firing',
    'Open Broadsheet',
    'Quit',
  ])
  double.menu.find(({ label }) => label === '2 alerts are firing')!.click!(
    {} as never,
    undefined,
    {} as never,
  )
  expect(gone).toEqual(['/alerts'])
  picture.hear({ type: 'publication.progress', progress: progress(1, 50_000, 50_000) })
  expect(lines()[0]).toContain('50,000 of 50,000')
  for (let id = 3; id <= 8; id++)
    picture.hear({
      type: 'campaign.changed',
      campaign: { ...campaign(id), state: 'running', reason: null, version: 1 },
    })
  expect(lines()).toContain('and 3 other campaigns')
  expect(lines('off').slice(0, 2), 'what was heard before may be over').toEqual([
    'Not connected',
    'Open Broadsheet',
  ])
  expect(lines('starting')[0]).toBe('The engine is starting')
})

test('in German, too', () => {
  const { picture, lines } = openTray(german)
  picture.begin({ campaigns: [{ campaign: campaign(1), progress: progress(1, 12_300, 50_000) }], firing: [] })
  expect(lines()[0]).toBe('Campaign 1: 12.300 von 50.000 · 41/s · noch 15 min')
})

test('however much is heard, the menu is made at most once a second', () => {
  const { tray, double, clock, picture } = openTray()
  clock.advance(5000)
  tray.refresh()
  clock.advance(0)
  const before = double.menu
  picture.begin({ campaigns: [{ campaign: campaign(1), progress: null }], firing: [] })
  for (let n = 0; n < 100; n++) tray.refresh()
  clock.advance(999)
  expect(double.menu).toBe(before)
  clock.advance(1)
  expect(double.labels()[0]).toBe('Campaign 1')
})

test('alerts of one cause are one notification, and none where none are wanted', () => {
  const { parts, notifications } = createElectron({ folder: openFolder() })
  const clock = createTestClock()
  const gone: string[] = []
  let wanted = true
  const notices = createNotices(parts, {
    words: english,
    clock,
    wanted: () => wanted,
    go: (route) => gone.push(route),
  })
  notices.tell([alert(2), alert(3)])
  clock.advance(499)
  expect(notifications).toHaveLength(0)
  clock.advance(1)
  expect(notifications.map(({ options: { title, body } }) => [title, body])).toEqual([
    ['Error', 'Title of 2'],
    ['Error', 'Title of 3'],
  ])
  notices.tell([4, 5, 6].map((id) => alert(id)))
  notices.tell([alert(7, 'critical')])
  clock.advance(500)
  expect(notifications).toHaveLength(3)
  expect(notifications[2]!.options).toMatchObject({ title: '4 new alerts', urgency: 'critical' })
  notifications[2]!.emit('click')
  notifications[0]!.emit('click')
  expect(gone).toEqual(['/alerts', '/alerts/2'])
  wanted = false
  notices.tell([alert(8)])
  clock.advance(500)
  expect(notifications).toHaveLength(3)
})

test('a stream that breaks is opened again, and what happened meanwhile is read', async () => {
  await using served = await serve()
  const states: FeedState[] = []
  const firing: string[][] = []
  let signedIn = false
  const streams: AbortController[] = []
  const feed = listen({
    ask: (path, signal) => {
      const own = new AbortController()
      if (path.startsWith('/api/v1/stream')) streams.push(own)
      return fetch(served.url + path, {
        signal: AbortSignal.any([signal, own.signal]),
        headers: signedIn ? { authorization: `Bearer ${token}` } : {},
      })
    },
    clock: systemClock,
    log: silentLog,
    onState: (state) => states.push(state),
    onPresent: (present) => firing.push(present.firing.map(({ title }) => title)),
    onFact: () => {},
  })
  onTestFinished(() => feed.stop())
  await vi.waitFor(() => expect(states).toEqual(['signed-out']), within)
  signedIn = true
  feed.poke()
  await vi.waitFor(() => expect(states.at(-1)).toBe('on'), within)
  expect(firing).toEqual([[]])
  streams.at(-1)!.abort()
  await vi.waitFor(() => expect(states.at(-1)).toBe('off'), within)
  await vi.waitFor(() => expect(states.at(-1)).toBe('on'), within)
  expect(firing).toHaveLength(2)
})
