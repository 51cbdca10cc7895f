import type { Log } from '../log.ts'
import type { Fact } from '../model/progress.ts'
import type { Bus } from '../ports/bus.ts'

const facts = 'facts'

/** `work`: chunks, mails or posts may be due. `alerts`: one has come or changed, for whoever has the desk. */
export type Waking = 'work' | 'alerts'

/** What nodes say to each other: facts, so that whoever watches any node sees all of them, and that there is work, so that
 *  none waits for its next sweep. Nothing depends on it: it only saves time. */
export interface Relay {
  /** Tell listeners here and on all other nodes. */
  tell(fact: Fact): void
  /** Others look now. */
  wake(what: Waking): void
  /** Hear the others from now on. */
  listen(looks: { readonly [what in Waking]: () => void }): void
  stop(): void
}

export function createRelay(parts: {
  /** Null: there are no others. */
  readonly bus: Bus | null
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
      bus?.publish(facts, JSON.stringify({ from: owner, fact }))
    },
    wake: (what) => bus?.publish(what, owner),
    listen(looks) {
      if (bus === null) return
      ends = [
        bus.subscribe(facts, (text) => {
          const said = messageOf(text)
          if (said === null) log.warn({ bytes: text.length }, 'relay.not_understood')
          else if (said.from !== owner) hear(said.fact)
        }),
        ...Object.entries(looks).map(([what, look]) =>
          bus.subscribe(
            what,
            (from) => {
              if (from !== owner) look()
            },
            look,
          ),
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
