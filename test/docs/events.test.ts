import { describe, expect, test } from 'vitest'
import { eventsOf, loggedEvents } from '../../app/reference/events/logged.ts'
import { meanings } from '../../app/reference/events.ts'

test('every event that is logged has its meaning, and none has one that is logged no more', () => {
  const logged = [...loggedEvents().keys()]
  const told = Object.keys(meanings)
  expect({
    withoutMeaning: logged.filter((event) => !told.includes(event)),
    loggedNoMore: told.filter((event) => !logged.includes(event)),
  }).toEqual({ withoutMeaning: [], loggedNoMore: [] })
})

test('names and meanings are written alike', () => {
  for (const [event, { means, todo }] of Object.entries(meanings)) {
    expect(event).toMatch(/^[a-z]+(\.[a-z_]+)+$/)
    expect(means, event).toMatch(/^[A-Z].*\.$/)
    if (todo !== undefined) expect(todo, event).toMatch(/^[A-Z`].*\.$/)
  }
})

test('what is logged as an error says what to do', () => {
  const errors = [...loggedEvents()].flatMap(([event, levels]) =>
    levels.has('error') && levels.size === 1 ? [event] : [],
  )
  expect(errors.filter((event) => meanings[event]?.todo === undefined)).toEqual([])
})

describe('names are read', () => {
  test.each([
    ['a text', `log.warn({ id }, 'a.b')`, [['a.b', 'warn']]],
    [
      'both texts of a condition',
      `parts.log.info({}, done ? 'a.b' : 'a.c')`,
      [
        ['a.b', 'info'],
        ['a.c', 'info'],
      ],
    ],
    ['a constant', `const event = slow ? 'a.b' : 'a.b'; log.debug({}, event)`, [['a.b', 'debug']]],
    [
      'a parameter whose type lists them',
      `function tell(event: 'a.b' | 'a.c') { log.error({}, event) }`,
      [
        ['a.b', 'error'],
        ['a.c', 'error'],
      ],
    ],
    ['a level that is chosen', `log[bad ? 'warn' : 'info']({}, 'a.b')`, [['a.b', 'info,warn']]],
    ['a level of somebody else', `log[level]({}, 'a.b')`, [['a.b', 'debug,info,warn,error']]],
    ['no call of a level', `log.child({ id })`, []],
  ])('from %s', (_where, source, expected) => {
    const found = eventsOf('a.ts', source).map(({ event, levels }) => [event, levels.join(',')])
    expect([...new Map(found.map((one) => [one[0], one])).values()]).toEqual(expected)
  })

  test.each([
    "log.warn({}, 'a.' + kind)",
    'log.warn({}, nameOf(it))',
    'function tell(event: string) { log.warn({}, event) }',
    'log.warn({})',
  ])('and not from %s, which is refused with its place', (source) => {
    expect(() => eventsOf('a.ts', `\n${source}`)).toThrow('a.ts:2: the name of the event is not written out.')
  })
})
