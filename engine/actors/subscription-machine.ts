import { setup } from 'xstate'
import type { SubscriberStatus } from '../model/subscriber.ts'
import {
  type OperatorStatus,
  operatorStatuses,
  type SubscriptionEvent,
  subscriptionStates,
  transitions,
} from '../model/subscription.ts'

export type SubscriptionMachineEvent =
  | { readonly type: SubscriptionEvent }
  /** An operator's word: any state but `erased`, from any state but `erased`. */
  | { readonly type: 'setStatus'; readonly to: OperatorStatus }

const forced = operatorStatuses.map((to) => ({
  guard: { type: 'wanted' as const, params: { to } },
  target: to,
}))

/** The life of a subscription, made from the table in engine/model/subscription.ts. Rebuilt from a person's row for each
 *  event and let go again: no timer and no promise lives in here. */
export const subscriptionMachine = setup({
  types: { events: {} as SubscriptionMachineEvent },
  guards: {
    wanted: ({ event }, { to }: { to: OperatorStatus }) => event.type === 'setStatus' && event.to === to,
  },
}).createMachine({
  id: 'subscription',
  initial: 'unconfirmed',
  states: Object.fromEntries(
    subscriptionStates.map((state) => [
      state,
      {
        on: {
          ...Object.fromEntries(
            Object.entries(transitions[state]).map(([event, target]) => [event, { target }]),
          ),
          ...(state === 'erased' ? {} : { setStatus: forced }),
        },
      },
    ]),
  ),
})

/** The machine's snapshot for a subscriber's row. */
export const hydrateSubscription = (status: SubscriberStatus) =>
  subscriptionMachine.resolveState({ value: status })
