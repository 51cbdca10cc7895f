import { expect, test } from 'vitest'
import { knownAgents } from '../../../../engine/analytics/read/agent-table.ts'
import { agentOf } from '../../../../engine/analytics/read/agents.ts'

const bytes = 100_000

test('100 KB of anything for an agent are looked at in no time', () => {
  const pieces = [
    'a',
    ' ',
    '(',
    'mozilla/5.0 (',
    'chrome/1',
    'msie ',
    'bot',
    '/',
    '\u0000',
    'ß',
    'microsoft office ',
    'com.',
  ]
  for (const piece of pieces) {
    const text = piece.repeat(Math.ceil(bytes / piece.length))
    const begin = process.cpuUsage()
    agentOf(text)
    const { user, system } = process.cpuUsage(begin)
    expect((user + system) / 1000, JSON.stringify(piece)).toBeLessThan(50)
  }
})

test('each entry of the table is reached, and says where it is from', () => {
  for (const { name, source } of knownAgents) expect(source, name).not.toBe('')
  expect(new Set(knownAgents.map(({ name }) => name)).size).toBe(knownAgents.length)
})
