import { expect, onTestFinished, test, vi } from 'vitest'
import { campaignInput, openHouse } from '../../faults/support/house.ts'
import { startSink } from '../../servers/smtp-sink.ts'
import { openDesktop } from './support/desktop.ts'
import { createKeyring } from './support/keyring.ts'

const within = { timeout: 300_000, interval: 5 }

test('quit while sending: cancel, stay in the tray, or go on at the next start', async () => {
  const people = 600
  const sink = await startSink({
    faults: ({ phase }) => (phase === 'dot' ? { do: 'delay', ms: 50 } : undefined),
  })
  onTestFinished(() => sink.close())
  const { data } = await openHouse({ people, settings: {} })
  const keyring = createKeyring()
  const first = openDesktop({
    keyring,
    engine: {
      data,
      publicUrl: 'https://news.example',
      channels: { smtp: { host: '127.0.0.1', port: sink.port, security: 'none', connections: 2 } },
      delivery: { batch: 10, chunk: 100 },
    },
  })
  await first.shell.start()
  const { app, asked, answer, windows, trays } = first
  const [window] = windows
  const { origin } = new URL(window!.loaded[0]!)
  const input = campaignInput({})
  const post = async (path: string, body: object) => {
    const answered = await first.session('persist:own').fetch(`${origin}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect(answered.ok, path).toBe(true)
  }
  await post('/campaigns', input)
  await post(`/campaigns/${input.name}/start`, {})
  await vi.waitFor(() => expect(trays[0]!.labels()[0]).toMatch(/ of 600 · /), within)
  expect(trays[0]!.toolTip).toContain(' of 600')

  app.quit()
  await vi.waitFor(() => expect(asked).toHaveLength(1), within)
  expect(asked[0]).toMatchObject({
    message: 'A campaign is being sent',
    buttons: ['Quit and go on at the next start', 'Keep running in the tray', 'Cancel'],
    defaultId: 1,
    cancelId: 2,
  })
  // While it is asked, asking again asks nothing more.
  app.quit()
  expect(asked).toHaveLength(1)
  answer('Cancel')

  await vi.waitFor(() => {
    app.quit()
    expect(asked).toHaveLength(2)
  }, within)
  expect(window!.visible).toBe(true)
  answer('Keep running in the tray')
  await vi.waitFor(() => expect(window!.visible).toBe(false), within)
  expect(app.quits).toBe(0)

  await vi.waitFor(() => {
    app.quit()
    expect(asked).toHaveLength(3)
  }, within)
  answer('Quit and go on at the next start')
  await vi.waitFor(() => expect(app.quits).toBe(1), within)
  expect(first.children[0]!.process.exitCode).toBe(0)
  const before = sink.count()
  expect(before, 'the end must fall into the campaign').toBeLessThan(people)

  sink.setFaults(null)
  const next = openDesktop({ keyring, folder: first.folder })
  await next.shell.start()
  await vi.waitFor(() => expect(sink.count()).toBe(people), within)
  await vi.waitFor(() => expect(next.trays[0]!.labels()).toContain('Nothing is being sent'), within)
  expect(new Set(sink.received().map(({ to }) => to)).size, 'each of them once').toBe(people)
  next.app.quit()
  await vi.waitFor(() => expect(next.app.quits).toBe(1), within)
  expect(next.asked, 'nothing is sent any more, so nothing is asked').toEqual([])
})

test('when the computer shuts down, nothing is asked', async () => {
  const { shell, parts, app, asked, children } = openDesktop()
  await shell.start()
  ;(parts.powerMonitor as unknown as { emit(name: string, event: object): void }).emit('shutdown', {})
  await vi.waitFor(() => expect(app.quits).toBe(1), within)
  expect(asked).toEqual([])
  expect(children[0]!.process.exitCode).toBe(0)
})

test('when Windows ends the session, the engine ends in order', async () => {
  const { shell, windows, asked, children } = openDesktop()
  await shell.start()
  windows[0]!.emit('session-end')
  await vi.waitFor(() => expect(children[0]!.process.exitCode).toBe(0), within)
  expect(asked).toEqual([])
})
