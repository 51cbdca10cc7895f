import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { browserPath, type Desk, go, openDesk, shoot, stat } from './support/desk.ts'
import { isSeen, look } from './support/look.ts'

const alerts = {
  sender: { address: 'alerts@paper.example' },
  receivers: { everybody: { people: true }, 'on-call': { lists: ['on-call'] } },
  rules: {
    route: {
      receiver: 'everybody',
      group_by: ['alertname'],
      group_wait: '0s',
      group_interval: '0s',
      routes: [
        {
          matchers: ['severity="critical"'],
          group_by: ['site'],
          escalate: [{ after: '15m', receiver: 'on-call' }],
          continue: true,
        },
        { matchers: ['team=~"web|app"'], mute_time_intervals: ['nights'] },
      ],
    },
    inhibit_rules: [
      { source_matchers: ['alertname="PowerCut"'], target_matchers: ['severity="info"'], equal: ['site'] },
    ],
    time_intervals: [
      {
        name: 'nights',
        time_intervals: [{ times: [{ start_time: '22:00', end_time: '24:00' }], location: 'Europe/Berlin' }],
      },
    ],
  },
}

const reports = [
  {
    key: 'press-2',
    title: 'Press 2 stands still',
    severity: 'critical',
    topic: 'production',
    text: 'Error 41 at the folder. The night edition is at risk.',
    labels: { alertname: 'PressDown', site: 'north', team: 'printing' },
    annotations: { summary: 'Error 41', dashboard: 'https://wiki.example/d/press' },
    links: [{ title: 'Runbook', url: 'https://wiki.example/press' }],
  },
  {
    key: 'power-north',
    title: 'Power cut at the northern plant',
    severity: 'error',
    labels: { alertname: 'PowerCut', site: 'north' },
  },
  {
    key: 'fan-north',
    title: 'A fan of the northern plant is slow',
    severity: 'info',
    labels: { alertname: 'FanSlow', site: 'north', team: 'printing' },
  },
  {
    key: 'disk-web-1',
    title: 'Disk of web-1 is 91 % full',
    severity: 'warning',
    labels: { alertname: 'DiskFull', site: 'south', team: 'web', instance: 'web-1' },
  },
  {
    key: 'disk-web-2',
    title: 'Disk of web-2 is 88 % full',
    severity: 'warning',
    labels: { alertname: 'DiskFull', site: 'south', team: 'web', instance: 'web-2' },
  },
]

describe.skipIf(browserPath === null)('alerts in the console', () => {
  let desk: Desk
  let page: Page
  beforeAll(async () => {
    desk = await openDesk({ alerts })
    for (const [address, name] of [
      ['ada@paper.example', 'Ada'],
      ['bob@paper.example', 'Bob'],
    ]) {
      const { id } = await desk.ask<{ id: number }>('POST', '/subscribers', { address, name })
      await desk.ask('POST', `/subscribers/${id}/follows`, { channel: 'file', minSeverity: 'info' })
    }
    page = await desk.open('/alerts')
  })
  afterAll(() => desk?.[Symbol.asyncDispose]())

  test('are quiet, then come in while one looks on', async () => {
    await page.getByRole('heading', { name: 'All is quiet' }).waitFor()
    await look(page, 'alerts-empty')
    for (const report of reports) await desk.ask('POST', '/alerts', report)
    await page.getByRole('row', { name: /Press 2 stands still/ }).waitFor()
    await page.getByRole('row', { name: /web-2/ }).waitFor()
    const { data } = await desk.ask<{ data: { state: string }[] }>('GET', '/alerts?open=true')
    expect(await stat(page, 'alerts-waiting')).toBe(data.length)
    await vi.waitFor(async () => expect(await page.title()).toBe('(5) Alerts · Broadsheet'), {
      timeout: 60_000,
      interval: 5,
    })
    await page.locator('[data-hold="inhibited"]').waitFor()
    const titles = await page.locator('[role="row"][data-index] a').allInnerTexts()
    expect(titles[0]).toBe('Press 2 stands still')
    expect(titles.at(-1)).toBe('A fan of the northern plant is slow')
    await look(page, 'alerts')
  })

  test('are taken care of by keyboard alone, and given back', async () => {
    await page.keyboard.press('Escape')
    await page.locator('[role="row"][tabindex="0"]').focus()
    await page.keyboard.press('a')
    await page.getByText('You take care of “Press 2 stands still”.').waitFor()
    const [press] = (await desk.ask<{ data: { id: number }[] }>('GET', '/alerts?key=press-2')).data
    const state = async () => (await desk.ask<{ state: string }>('GET', `/alerts/${press!.id}`)).state
    expect(await state()).toBe('acknowledged')
    const row = page.getByRole('row', { name: /Press 2 stands still/ })
    await row.locator('[data-state="acknowledged"]').waitFor()
    // It has sunk below those that nobody takes care of, and the focus with it: the next key is for the same alert.
    await vi.waitFor(
      async () =>
        expect(await page.locator('[role="row"][data-index] a').allInnerTexts()).toMatchObject({
          4: 'Press 2 stands still',
        }),
      { timeout: 60_000, interval: 5 },
    )
    await page.keyboard.press('u')
    await page.getByText('“Press 2 stands still” waits for somebody again.').waitFor()
    expect(await state()).toBe('firing')

    // Keys come quicker than a busy browser draws.
    await page.evaluate(`{
      const draw = window.requestAnimationFrame.bind(window)
      window.requestAnimationFrame = (then) => setTimeout(() => draw(then), 150)
    }`)
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Space')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Space')
    await page.getByText('2 chosen').waitFor()
    await shoot(page, 'alerts-chosen')
    await page.keyboard.press('a')
    await page.getByText('You take care of 2 alerts.').waitFor()
    const size = page.viewportSize()!
    await page.setViewportSize({ width: 390, height: 844 })
    await isSeen(page.locator('[data-state="acknowledged"]').first(), 'the state of an alert')
    await page.setViewportSize(size)
    expect((await desk.ask<{ data: object[] }>('GET', '/alerts?state=acknowledged')).data).toHaveLength(2)
  })

  test('are filtered by what stands in the address', async () => {
    await page.keyboard.press('/')
    await page.keyboard.type('site=south')
    await vi.waitFor(async () => expect(await page.locator('[role="row"][data-index]').count()).toBe(2), {
      timeout: 60_000,
      interval: 5,
    })
    expect(page.url()).toContain('text=site')
    await page.reload()
    await page.getByRole('row', { name: /web-1/ }).waitFor()
    expect(await page.locator('[role="row"][data-index]').count()).toBe(2)
    await go(page, '/alerts?by=site')
    await page.getByRole('button', { name: 'north 3' }).click()
    await page.getByRole('row', { name: /Power cut/ }).waitFor()
    expect(page.url()).toContain('site%3Dnorth')
    await shoot(page, 'alerts-by-site')
    await go(page, '/alerts?text=nothing-like-this')
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor()
  })

  test('show where they went and who was told', async () => {
    await go(page, '/alerts')
    await page.getByRole('link', { name: 'Press 2 stands still' }).click()
    await page.getByRole('heading', { level: 1, name: 'Press 2 stands still' }).waitFor()
    await page.getByText('everybody', { exact: true }).first().waitFor()
    await vi.waitFor(async () => expect(await stat(page, 'followers')).toBe(2), {
      timeout: 60_000,
      interval: 5,
    })
    await page.locator('[data-stat="posting-sent"]').first().waitFor()
    await page.getByRole('button', { name: 'Who was told' }).last().click()
    await page.getByText('ada@paper.example').waitFor()
    await look(page, 'alert')
  })

  test('are silenced from an alert, with what else that is on, and the silence is ended', async () => {
    await page.keyboard.press('s')
    await page.getByRole('heading', { level: 1, name: 'New silence' }).waitFor()
    expect(await page.getByLabel('Value 1').inputValue()).toBe('critical')
    await vi.waitFor(async () => expect(await stat(page, 'would-silence')).toBe(1), {
      timeout: 60_000,
      interval: 5,
    })
    // Wider: all of the site.
    for (const label of ['severity', 'topic', 'alertname', 'team']) {
      const at = await page
        .locator('[data-name]')
        .evaluateAll(
          (fields, name) =>
            fields.findIndex((field) => (field as unknown as { value: string }).value === name),
          label,
        )
      await page.getByRole('button', { name: 'Remove this label' }).nth(at).click()
    }
    await vi.waitFor(async () => expect(await stat(page, 'would-silence')).toBe(3), {
      timeout: 60_000,
      interval: 5,
    })
    await page.getByLabel('Why').fill('New rollers')
    await look(page, 'silence-new')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('heading', { level: 1, name: 'Silences' }).waitFor()
    await page.getByRole('row', { name: /New rollers/ }).waitFor()
    const silences = () => desk.ask<{ data: { matchers: object[] }[] }>('GET', '/silences')
    expect((await silences()).data).toMatchObject([
      {
        matchers: [{ name: 'site', operator: '=', value: 'north' }],
        comment: 'New rollers',
        createdBy: 'owner@paper.example',
      },
    ])
    await look(page, 'silences')
    await go(page, '/alerts')
    await vi.waitFor(async () => expect(await page.locator('[data-hold="silenced"]').count()).toBe(3), {
      timeout: 60_000,
      interval: 5,
    })
    await go(page, '/alerts/silences')
    await page.getByRole('button', { name: 'End', exact: true }).click()
    await page.getByRole('button', { name: 'Undo' }).last().click()
    await page.getByRole('row', { name: /New rollers/ }).waitFor()
    expect((await silences()).data).toHaveLength(1)
    await page.getByRole('button', { name: 'End', exact: true }).click()
    await vi.waitFor(async () => expect((await silences()).data).toEqual([]), {
      timeout: 60_000,
      interval: 5,
    })
  })

  test('are tried against the rules', async () => {
    await go(page, '/alerts/rules')
    await page.getByRole('heading', { name: 'Where would it go?' }).waitFor()
    await page
      .getByRole('combobox', { name: 'Labels of an alert' })
      .pressSequentially('severity=critical team=web site=south ')
    await page.getByText('It goes to each of these:').waitFor()
    expect(await page.locator('[data-hit="true"]').count()).toBe(2)
    expect(await stat(page, 'followers')).toBe(2)
    await page.getByText('15 min → on-call').first().waitFor()
    await page.keyboard.press('Escape')
    await look(page, 'rules')
  })

  test('are raised by what stopped to live, and reported by hand', async () => {
    await go(page, '/alerts/heartbeats')
    await page.getByRole('heading', { name: 'No heartbeats' }).waitFor()
    await page.keyboard.press('n')
    await page.getByLabel('Name').fill('nightly-backup')
    await page.getByLabel('What its alert says').fill('The backup did not run')
    await look(page, 'heartbeat-new')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('row', { name: /nightly-backup/ }).waitFor()
    expect(await desk.ask('GET', '/heartbeats/nightly-backup')).toMatchObject({
      everyMs: 90_000_000,
      severity: 'error',
    })
    await look(page, 'heartbeats')

    await page.getByRole('row', { name: /nightly-backup/ }).press('Enter')
    await page.getByRole('heading', { level: 1, name: 'nightly-backup' }).waitFor()
    expect(await page.getByLabel('At least every').inputValue()).toBe('25')
    await page.getByLabel('At least every').fill('90')
    await page.getByLabel('Unit').selectOption('minutes')
    await page.getByRole('combobox', { name: 'Labels' }).pressSequentially('site=north ')
    await page.getByText('/api/v1/heartbeats/nightly-backup/beat').waitFor()
    await look(page, 'heartbeat')
    await page.getByLabel('What its alert says').press('Control+Enter')
    await page.getByRole('row', { name: /1 h 30 min/ }).waitFor()
    const nightly = await desk.ask<{ id: number; version: number }>('GET', '/heartbeats/nightly-backup')
    expect(nightly).toMatchObject({ everyMs: 5_400_000, severity: 'error', labels: { site: 'north' } })

    // Somebody else is quicker: what they wrote is not lost unseen.
    await page.getByRole('row', { name: /nightly-backup/ }).press('Enter')
    await page.getByLabel('What its alert says').fill('No backup this night')
    const theirs = { name: 'nightly-backup', title: 'Theirs', everyMs: 5_400_000 }
    await desk.ask('PUT', `/heartbeats/${nightly.id}?version=${nightly.version}`, theirs)
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('alert').getByText('It was changed meanwhile').waitFor()
    await page.getByRole('button', { name: 'Load theirs' }).click()
    await vi.waitFor(
      async () => expect(await page.getByLabel('What its alert says').inputValue()).toBe('Theirs'),
      { timeout: 60_000, interval: 5 },
    )
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('heading', { name: 'No heartbeats' }).waitFor()
    await page.getByRole('button', { name: 'Undo' }).last().click()
    await page.getByRole('row', { name: /nightly-backup/ }).waitFor()

    // What others do, and what stops, is seen without asking again.
    const { id } = await desk.ask<{ id: number }>('POST', '/heartbeats', {
      name: 'minute',
      title: 'No minute',
      everyMs: 1000,
      severity: 'info',
    })
    await page.getByRole('row', { name: /minute/ }).waitFor()
    await page
      .getByRole('row', { name: /minute/ })
      .locator('[data-state="silent"]')
      .waitFor()
    await desk.ask('DELETE', `/heartbeats/${id}`)
    await page.getByRole('row', { name: /minute/ }).waitFor({ state: 'detached' })
    await go(page, '/alerts/silences')
    await page.getByRole('row', { name: /by the press/ }).waitFor({ state: 'detached' })
    const silence = await desk.ask<{ id: number }>('POST', '/silences', {
      matchers: [{ name: 'team', operator: '=', value: 'nobody' }],
      endsAt: Date.now() + 3_600_000,
      comment: 'by the press',
    })
    await page.getByRole('row', { name: /by the press/ }).waitFor()
    await desk.ask('DELETE', `/silences/${silence.id}`)
    await page.getByRole('row', { name: /by the press/ }).waitFor({ state: 'detached' })

    await go(page, '/alerts/new')
    await page.getByLabel('Title').fill('The lift is stuck')
    await page.getByRole('combobox', { name: 'Labels' }).pressSequentially('site=east ')
    await look(page, 'alert-new')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('heading', { level: 1, name: 'The lift is stuck' }).waitFor()
    expect((await desk.ask<{ data: object[] }>('GET', '/alerts')).data[0]).toMatchObject({
      title: 'The lift is stuck',
      labels: { site: 'east' },
    })
  })

  test('leave a log of what was told, and no page said anything', async () => {
    await go(page, '/alerts/notifications')
    await page.getByRole('link', { name: /The lift is stuck/ }).waitFor()
    await look(page, 'notifications')
    await page.getByRole('link', { name: /The lift is stuck/ }).click()
    await page.getByText('bob@paper.example').waitFor()
    const [{ id, audience } = { id: 0, audience: 0 }] = (
      await desk.ask<{ data: { id: number; audience: number }[] }>('GET', '/notifications?limit=1')
    ).data
    expect(page.url()).toContain(`/alerts/notifications/${id}`)
    expect(await stat(page, 'audience')).toBe(audience)
    await look(page, 'notification')
    // Chromium tells of the refusal that was asked for above.
    expect(desk.said.filter((line) => !/status of 409 .*\/heartbeats\//.test(line))).toEqual([])
  })
})
