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
  /** Hear the others from now on. `onWork`: there may be work. */
  listen(onWork: () => void): void
  stop(): void
}

export function createRelay(parts: {
  readonly bus: Bus
  /** Of this node: what it hears of itself it knows already. */
  readonly owner: string
  /** To listeners of this node. */
  readonly hear: (fact: Fact) => void
  readonly log: Log
}): Relay {
  const { bus, owner, hear, log } = parts
  let ends: readonly (() => void)[] = []
  return {
    tell(fact) {
      hear(fact)
      bus.publish(facts, JSON.stringify({ from: owner, fact }))
    },
    wake: () => bus.publish(work, owner),
    listen(onWork) {
      ends = [
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
    },
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
