import type { Log } from '../log.ts'
import type { Fact } from '../model/progress.ts'
import type { Bus } from '../ports/bus.ts'

const facts = 'facts'
const work = 'work'

/** What nodes say to each other: facts, so that whoever watches any node sees all of them, and that there is work, so that
 *  none waits for its next sweep. Nothing depends on it: it only saves time. */
export interface Relay {
  /** Tell listeners here and on all other nodes. */
  tell(fact: Fact): void
  /** There may be work: others look now. */
  wake(): void
  stop(): void
}

export function startRelay(parts: {
  readonly bus: Bus
  /** Of this node: what it hears of itself it knows already. */
  readonly owner: string
  /** To listeners of this node. */
  readonly hear: (fact: Fact) => void
  readonly onWork: () => void
  readonly log: Log
}): Relay {
  const { bus, owner, hear, onWork, log } = parts
  const ends = [
    bus.subscribe(facts, (text) => {
      const said = messageOf(text)
      if (said === null) log.warn({ bytes: text.length }, 'relay.not_understood')
      else if (said.from !== owner) hear(said.fact)
    }),
    bus.subscribe(
      work,
      (from) => {
        if (from !== owner) onWork()
      },
      onWork,
    ),
  ]
  return {
    tell(fact) {
      hear(fact)
      bus.publish(facts, JSON.stringify({ from: owner, fact }))
    },
    wake: () => bus.publish(work, owner),
    stop() {
      for (const end of ends) end()
    },
  }
}

/** Null for what a later version may say. */
function messageOf(text: string): { readonly from: string; readonly fact: Fact } | null {
  try {
    const said = JSON.parse(text) as { from?: unknown; fact?: { type?: unknown } }
    return typeof said.from === 'string' && typeof said.fact?.type === 'string'
      ? (said as { from: string; fact: Fact })
      : null
  } catch {
    return null
  }
}
