import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { UncertainPolicy } from '../../engine/model/campaign.ts'
import { forRecipient, times } from '../servers/faults.ts'
import { tempFolder } from '../stores/support/folder.ts'
import { patience } from '../support/pace.ts'
import { openWorks } from './support/engine.ts'
import { addressOf } from './support/house.ts'

const people = 40
const struck = 3
/** No honest answer takes that long, and a hung one is given up soon. */
const replyMs = patience(1000)

const smtp = { connections: 4, connectTimeoutMs: replyMs, replyTimeoutMs: replyMs, dataTimeoutMs: replyMs }
const faults = [{ do: 'drop' }, { do: 'reset' }, { do: 'hang' }] as const
const phases = ['connect', 'banner', 'ehlo', 'mail', 'rcpt', 'data'] as const

test.each(phases)(
  'a connection that drops, is reset or hangs at %s: everybody has exactly one letter in the end',
  async (phase) => {
    const { sink, run } = await openWorks({ people, smtp })
    for (const fault of faults) {
      sink.setFaults(times(struck, phase, fault))
      const { counts, doubled, missing, uncertain } = await run({ name: fault.do })
      expect({ fault: fault.do, ...counts }).toMatchObject({ sent: people, failed: 0, unknown: 0 })
      expect({ doubled, missing, uncertain }).toEqual({ doubled: [], missing: 0, uncertain: [] })
    }
  },
)

test.each<[UncertainPolicy, string, () => string]>([
  ['hold', 'memory', () => 'memory:'],
  ['hold', 'SQLite', () => `sqlite:${join(tempFolder(), 'store.db')}`],
  ['resend', 'memory', () => 'memory:'],
  ['resend', 'SQLite', () => `sqlite:${join(tempFolder(), 'store.db')}`],
])(
  'a connection that ends after the dot, policy "%s", %s store: as the policy says',
  async (policy, _name, url) => {
    const { sink, run } = await openWorks({ people, smtp, store: url() })
    for (const fault of faults)
      for (const taken of [true, false]) {
        sink.setFaults(times(struck, 'dot', { ...fault, taken }))
        const { counts, doubled, missing, uncertain } = await run({
          name: `${fault.do}-${taken}`,
          uncertain: policy,
        })
        const what = { fault: fault.do, taken }
        expect(uncertain).toHaveLength(struck)
        if (policy === 'hold') {
          expect({ ...what, ...counts }).toMatchObject({
            ...what,
            sent: people - struck,
            unknown: struck,
            failed: 0,
          })
          expect({ doubled, missing }).toEqual({ doubled: [], missing: taken ? 0 : struck })
        } else {
          expect({ ...what, ...counts }).toMatchObject({ ...what, sent: people, unknown: 0, failed: 0 })
          expect(missing).toBe(0)
          // A copy of each letter that had been taken, and of no other.
          expect(doubled).toHaveLength(taken ? struck : 0)
        }
      }
  },
)

test.each(['drop', 'reset'] as const)(
  'an address at which the server always ends the connection (%s) does not keep the campaign from finishing',
  async (how) => {
    const { sink, run } = await openWorks({ people, smtp })
    const bad = addressOf(7)
    sink.setFaults(forRecipient((to) => to === bad, 'rcpt', { do: how }))
    const { counts, rows } = await run({ retryForMs: patience(3000) })
    expect(counts).toMatchObject({ sent: people - 1, failed: 1, unknown: 0 })
    expect(rows.find(({ address }) => address === bad)).toMatchObject({ state: 'failed', copies: 0 })
  },
)
