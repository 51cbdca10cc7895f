import { expect, test } from 'vitest'
import { times } from '../servers/faults.ts'
import { patience } from '../support/pace.ts'
import { openWorks } from './support/engine.ts'

const replyMs = patience(1000)
const smtp = { connections: 1, connectTimeoutMs: replyMs, replyTimeoutMs: replyMs, dataTimeoutMs: replyMs }
const faults = [{ do: 'drop' }, { do: 'reset' }, { do: 'hang' }] as const

// Larger than the socket buffers of both sides: the dot cannot have left yet. A short letter leaves in one piece,
// dot and all; there "in the middle" is "after the dot" to everybody who looks from here.
test('a connection that ends in the middle of a long letter: everybody has exactly one in the end', async () => {
  const few = 3
  const { sink, run } = await openWorks({
    people: few,
    body: `{% for i in (1..8000) %}<p>${'a line of a long letter '.repeat(80)}</p>\n{% endfor %}`,
    text: 'Hello {{ subscriber.name }}',
    smtp,
    config: {
      render: { maxOutputBytes: 32_000_000, maxMs: 20_000, maxThreads: 1 },
      breaker: { openMs: 20, openCapMs: 100 },
    },
  })
  for (const fault of faults) {
    sink.setFaults(times(2, 'body', fault))
    const { counts, doubled, missing } = await run({ name: fault.do })
    expect({ fault: fault.do, ...counts }).toMatchObject({ sent: few, failed: 0, unknown: 0 })
    expect({ doubled, missing }).toEqual({ doubled: [], missing: 0 })
  }
})
