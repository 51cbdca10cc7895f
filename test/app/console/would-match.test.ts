import { expect, it } from 'vitest'
import { matchersOf } from '../../../app/console/subscribers/person/follows/would-match.ts'

it('asks for the topics of a follow and no others, from its severity on', () => {
  const filter = [
    { name: 'site', operator: '=', value: 'north' },
    { name: '', operator: '=', value: 'half-written' },
  ] as const
  const matchers = matchersOf({ topics: ['a.b', 'c-d'], minSeverity: 'error', filter: [...filter] })
  expect(matchers).toEqual([
    { name: 'severity', operator: '=~', value: 'error|critical' },
    { name: 'topic', operator: '=~', value: 'a\\.b|c-d' },
    filter[0],
  ])
  expect(new RegExp(`^(?:${matchers[1]!.value})$`).test('axb')).toBe(false)
})

it('asks for every topic where none is named', () => {
  expect(matchersOf({})).toEqual([{ name: 'severity', operator: '=~', value: 'info|warning|error|critical' }])
})
