import { createActor } from 'xstate'
import { BroadsheetError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { SubscriberId } from '../model/ids.ts'
import type { Subscriber, SubscriberStatus } from '../model/subscriber.ts'
import { statesThatTake } from '../model/subscription.ts'
import type { Store } from '../ports/store.ts'
import type { SubscriptionChange } from '../ports/subscriptions.ts'
import {
  hydrateSubscription,
  type SubscriptionMachineEvent,
  subscriptionMachine,
} from './subscription-machine.ts'

const moveTries = 5

/** What comes with an event: everything of the change but what the machine decides. */
export type Decision = Omit<SubscriptionChange, 'id' | 'from' | 'to'> & {
  /** Null: the status is not touched. */
  readonly event: SubscriptionMachineEvent | null
}

/** Subscriptions: an actor lives for one event. It is hydrated from the row, decides, what it decided is written with
 *  the status that it was decided on, and it is let go; where somebody else wrote meanwhile, all of it once more. */
export interface SubscriptionActors {
  /** `decide` may be asked again, with the row as it is then; null: there is nothing to do. Refuses with E_NOT_FOUND for
   *  nobody, with E_STATE what the machine does not take, saying in which states it would. */
  apply(
    id: SubscriberId,
    decide: (row: Subscriber) => Decision | null | Promise<Decision | null>,
  ): Promise<{ readonly row: Subscriber; readonly status: SubscriberStatus; readonly changed: boolean }>
}

/** The state after one event; null: refused. */
export function decide(from: SubscriberStatus, event: SubscriptionMachineEvent): SubscriberStatus | null {
  const before = hydrateSubscription(from)
  if (!before.can(event)) return null
  const actor = createActor(subscriptionMachine, { snapshot: before })
  actor.start()
  actor.send(event)
  const { value } = actor.getSnapshot()
  actor.stop()
  return value as SubscriberStatus
}

export function createSubscriptionActors(parts: {
  readonly store: Pick<Store, 'subscribers' | 'subscriptions'>
  readonly log: Log
}): SubscriptionActors {
  const { store, log } = parts
  return {
    async apply(id, ask) {
      for (let tries = 1; ; tries++) {
        const [row] = await store.subscribers.get([id])
        if (row === undefined)
          throw new BroadsheetError('E_NOT_FOUND', `There is no subscriber with id ${id}.`)
        const decision = await ask(row)
        if (decision === null) return { row, status: row.status, changed: false }
        const { event, ...change } = decision
        const to = event === null ? row.status : decide(row.status, event)
        if (event !== null && to === null) throw refused(row, event)
        const status = to ?? row.status
        const written = await store.subscriptions.persist({ ...change, id, from: row.status, to: status })
        if (written.status === 'done') {
          log.info({ subscriberId: id, by: event?.type ?? null, status }, 'subscription.changed')
          return { row, status, changed: written.changed }
        }
        if (tries === moveTries)
          throw new BroadsheetError(
            'E_CONFLICT',
            `Subscriber ${id} was changed by others ${moveTries} times meanwhile: try again.`,
          )
      }
    },
  }
}

function refused({ id, status }: Subscriber, event: SubscriptionMachineEvent): BroadsheetError {
  const possible =
    event.type === 'setStatus' ? 'unless erased' : `while ${statesThatTake(event.type).join(', ')}`
  return new BroadsheetError(
    'E_STATE',
    `Subscriber ${id} is ${status}: "${event.type}" is possible ${possible}.`,
  )
}
