import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { waitFor } from '../../engine/support/wait.ts'
import { type AlertDaemon, openAlertDaemon } from '../http/alerts/daemon.ts'
import { run } from './outside.ts'

const rules = {
  route: {
    receiver: 'newsroom',
    group_by: ['alertname'],
    routes: [{ matchers: ['severity="critical"'], receiver: 'chief', group_by: ['...'], group_wait: '0s' }],
  },
}

let house: AlertDaemon
const env = { USER: 'ada' }
const cli = (...args: string[]) => run(house.cwd, args, { env })
const said = async (...args: string[]) => {
  const { code, out, err } = await cli(...args)
  expect([code, err]).toEqual([0, ''])
  return out
}

beforeAll(async () => {
  house = await openAlertDaemon({
    store: 'memory:',
    alerts: { rules, receivers: { newsroom: { people: true }, chief: { people: true } } },
  })
})
afterAll(async () => {
  await house[Symbol.asyncDispose]()
})

describe('broadsheet alert', () => {
  test('send, show, ack, release, resolve', async () => {
    await house.follower('ada@example.org')
    const send = ['alert', 'send', 'Press 2 is down', '--alert-key', 'press-2', '--severity', 'critical']
    const more = ['--topic', 'production', '--label', 'site=north', '--text', 'Error 41', '--ttl', '90m']
    const links = ['--link', 'Runbook=https://wiki.example/a=b', '--link', 'https://x.example/?q=http://y']
    expect(await said(...send, ...more, ...links)).toMatch(/^Alert \d+ is open\. Its key is "press-2"\.\n$/)
    expect(await said(...send, ...more, ...links)).toContain('was open, and is the same')
    expect(await said(...send, '--text', 'Error 42')).toContain('was open, and says something new')
    await said(...send, ...more, ...links)
    const [alert] = (await cli('alert', 'show', 'press-2', '--json')).json
    expect(alert).toMatchObject({
      labels: { site: 'north' },
      links: [
        { title: 'Runbook', url: 'https://wiki.example/a=b' },
        { title: '', url: 'https://x.example/?q=http://y' },
      ],
      topic: 'production',
    })
    // From when it was asked: after the first report, and no later than it was written.
    const asked = Number(alert!.endsAt) - 5_400_000
    expect(asked).toBeGreaterThanOrEqual(Number(alert!.createdAt))
    expect(asked).toBeLessThanOrEqual(Number(alert!.reportedAt))
    await house.mailed('ada@example.org', 'Press 2 is down')
    const shown = await waitFor('the mail to be settled', async () => {
      const text = await said('alert', 'show', 'press-2')
      return text.includes('1 sent') && text
    })
    expect(shown).toMatch(/^CRITICAL Press 2 is down\nError 41\n {2}state +firing\n/)
    expect(shown).toMatch(/firing +1 +1 sent/)

    expect(await said('alert', 'ack', 'press-2', '--comment', 'On my way')).toContain('taken care of by ada')
    expect(await said('alert', 'list', '--open')).toMatch(/acknowledged +critical +Press 2 is down .*ada/)
    await said('alert', 'ack', String(alert!.id), '--by', 'Bob')
    expect(await said('alert', 'show', 'press-2')).toMatch(/state +acknowledged, by Bob/)
    expect(await said('alert', 'release', 'press-2')).toContain('wants somebody again')
    expect(await said('alert', 'resolve', 'press-2')).toContain('is over')
    expect((await cli('alert', 'ack', 'press-2')).code).toBe(4)
    expect((await cli('alert', 'list', '--open')).err).toBe('Nothing is open.\n')
    expect(await said('alert', 'send', '--alert-key', 'press-2', '--resolved')).toContain('No open alert')
  })

  test('says what is wrong with the command line', async () => {
    for (const [args, code, text] of [
      [['alert', 'send'], 4, 'title is needed'],
      [['alert', 'send', 'x', '--severity', 'bad'], 2, 'Allowed choices'],
      [['alert', 'send', 'x', '--ttl', 'soon'], 2, '--ttl "soon" is not a length of time'],
      [['alert', 'send', 'x', '--label', 'nope'], 4, '--label "nope" must be NAME=VALUE'],
      [['alert', 'send', 'x', '--link', 'ftp://x'], 4, 'links[0].url'],
      [['alert', 'show', 'nothing'], 4, 'No alert has the id or the key "nothing"'],
      [['alert', 'show', '999999'], 4, 'No alert has the id or the key "999999"'],
      [['silence', 'add', 'team="db'], 4, '^'],
      [['silence', 'add', 'team=~"("'], 4, 'cannot be read'],
      [['silence', 'end', 'x'], 4, 'no id of a silence'],
      [['follow', 'add', 'nobody@example.org', '--channel', 'file'], 4, 'nobody@example.org'],
      [['follow', 'when', 'ada@example.org', '--quiet', 'night'], 4, 'must be two times'],
    ] as const) {
      const { code: exit, err } = await cli(...args)
      expect([args, exit, err]).toEqual([args, code, expect.stringContaining(text)])
    }
  })

  test('routes show where an alert would go', async () => {
    expect(await said('alert', 'routes', '--label', 'severity=critical', '--label', 'a=b=c')).toBe(
      'chief  {} > {severity="critical"}\n  to       whoever follows it\n  grouped  by all labels\n' +
        '  timing   at once, changes every 5 min 0 s, repeats every 4 h 0 min\n',
    )
    expect((await cli('alert', 'routes', '--json')).json).toMatchObject([{ receiver: 'newsroom' }])
  })

  test('watch shows what is open and what becomes of it, until Ctrl+C', async () => {
    await said('alert', 'send', 'Was there before', '--alert-key', 'before')
    const controller = new AbortController()
    let text = ''
    const watching = run(house.cwd, ['alert', 'watch', '--json'], {
      env,
      signal: controller.signal,
      onOut: (all) => {
        text = all
      },
    })
    await waitFor('what is open', () => text.includes('"before"'))
    await said('alert', 'send', 'Comes now', '--alert-key', 'now', '--severity', 'critical')
    await said('alert', 'ack', 'now')
    await waitFor('what becomes of it', () => text.includes('"acknowledged"'))
    controller.abort()
    const { code, json } = await watching
    expect(code).toBe(0)
    const changes = json.filter(({ type }) => type === 'alert.changed').map(({ alert }) => alert)
    expect(changes).toMatchObject([
      { key: 'before', state: 'firing' },
      { key: 'now', state: 'firing', severity: 'critical', title: 'Comes now' },
      { key: 'now', state: 'acknowledged' },
    ])
  })
})

test('broadsheet silence: add, list, end', async () => {
  const added = await said(
    'silence',
    'add',
    'host=~"web-.*"',
    '{a!="b", c=d}',
    '--for',
    '2h',
    '--comment',
    'kernel',
  )
  const [, id] = /^Silence (\d+) until .*: host=~"web-\.\*" a!="b" c="d"\. /.exec(added)!
  const [row] = (await cli('silence', 'list', '--json')).json
  expect(row).toMatchObject({ id: Number(id), state: 'active', createdBy: 'ada', comment: 'kernel' })
  expect(Number(row!.endsAt) - Number(row!.startsAt)).toBe(7_200_000)
  expect(await said('silence', 'end', id!)).toBe(`Silence ${id} is over.\n`)
  expect((await cli('silence', 'list')).err).toBe('Nothing is silenced.\n')
  expect(await said('silence', 'list', '--all')).toContain('over')
})

test('broadsheet follow: add, list, when, remove', async () => {
  await said('subscriber', 'add', 'bea@example.org')
  const add = [
    'follow',
    'add',
    'bea@example.org',
    '--channel',
    'file',
    '--topic',
    'a,b',
    '--severity',
    'error',
  ]
  const [, id] = /follows a, b from error up where site=~"n\|e" by file \(follow (\d+)\)/.exec(
    await said(...add, '--where', 'site=~"n|e"'),
  )!
  expect(await said('follow', 'list', 'bea@example.org')).toMatch(
    /file +bea@example\.org +a, b +error +site=~"n\|e"/,
  )
  const when = (...args: string[]) => said('follow', 'when', 'bea@example.org', ...args)
  expect(await when()).toBe('bea@example.org is told at once.\n')
  expect(await when('--quiet', '22:00-07:00', '--max-per-hour', '6')).toContain(
    'not between 22:00 and 07:00, at most 6 times an hour; of critical alerts at once',
  )
  expect(await when('--quiet', 'never', '--digest', '08:00', '--no-critical')).toContain(
    'once a day at 08:00, at most 6 times an hour; of critical alerts, too',
  )
  expect(await when('--always')).toBe('bea@example.org is told at once.\n')
  await said('follow', 'remove', 'bea@example.org', id!)
  expect((await cli('follow', 'list', 'bea@example.org')).err).toContain('follows nothing')
})

test('broadsheet heartbeat: add, list, beat, remove', async () => {
  const add = [
    'heartbeat',
    'add',
    'backup',
    '--every',
    '25h',
    '--title',
    'No backup',
    '--label',
    'site=north',
  ]
  expect(await said(...add)).toContain('"backup" must be heard every 1 d 1 h')
  expect(await said('heartbeat', 'list')).toMatch(/backup +alive +1 d 1 h .*critical +No backup/)
  expect(await said('heartbeat', 'beat', 'backup')).toBe('Heard "backup".\n')
  expect((await cli('heartbeat', 'beat', 'bakcup')).err).toContain('Did you mean "backup"?')
  await said('heartbeat', 'remove', 'backup')
  expect((await cli('heartbeat', 'list')).err).toContain('No heartbeats yet')
})
