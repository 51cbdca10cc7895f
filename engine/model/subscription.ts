// Without zod: the machine (engine/actors) and the stores' bulk rules are both made from this table.
import type { SubscriberStatus } from './subscriber.ts'

/** What can happen to a subscription.
 *  signUp: somebody wants letters, and that is enough. confirm: the person of the address said so. pause, resume: nothing
 *  for a while. unsubscribe: leaves everything. rejoin: who had left comes back by their own confirmed word. bounce: the
 *  address is bad. complain: marked as spam. erase: everything about the person goes. */
export const subscriptionEvents = [
  'signUp',
  'confirm',
  'pause',
  'resume',
  'unsubscribe',
  'rejoin',
  'bounce',
  'complain',
  'erase',
] as const
export type SubscriptionEvent = (typeof subscriptionEvents)[number]

/** The life of a subscription: state, event, next state. An event that a state does not name is refused there. A state
 *  that names itself takes the event and stays: repeating what was said changes nothing. */
export const transitions: {
  readonly [S in SubscriberStatus]: { readonly [E in SubscriptionEvent]?: SubscriberStatus }
} = {
  unconfirmed: {
    signUp: 'active',
    confirm: 'active',
    unsubscribe: 'unsubscribed',
    bounce: 'bounced',
    complain: 'complained',
    erase: 'erased',
  },
  active: {
    signUp: 'active',
    confirm: 'active',
    pause: 'paused',
    resume: 'active',
    unsubscribe: 'unsubscribed',
    bounce: 'bounced',
    complain: 'complained',
    erase: 'erased',
  },
  // Signing up again does not end a pause: that is what resume says.
  paused: {
    signUp: 'paused',
    confirm: 'paused',
    pause: 'paused',
    resume: 'active',
    unsubscribe: 'unsubscribed',
    bounce: 'bounced',
    complain: 'complained',
    erase: 'erased',
  },
  unsubscribed: {
    unsubscribe: 'unsubscribed',
    rejoin: 'active',
    bounce: 'unsubscribed',
    complain: 'complained',
    erase: 'erased',
  },
  // Leaving says more than a bounce.
  bounced: {
    unsubscribe: 'unsubscribed',
    rejoin: 'active',
    bounce: 'bounced',
    complain: 'complained',
    erase: 'erased',
  },
  // A complaint says more than leaving does.
  complained: {
    unsubscribe: 'complained',
    rejoin: 'active',
    bounce: 'complained',
    complain: 'complained',
    erase: 'erased',
  },
  // Nobody is left who could come back: the person's own new sign-up is a new subscriber.
  erased: { unsubscribe: 'erased', bounce: 'erased', complain: 'erased', erase: 'erased' },
}

export const subscriptionStates = Object.keys(transitions) as readonly SubscriberStatus[]

/** Null: the event is refused in that state. */
export const nextStatus = (from: SubscriberStatus, event: SubscriptionEvent): SubscriberStatus | null =>
  transitions[from][event] ?? null

/** What an operator may set by force: everything but `erased`, which is more than a word in a row. */
export const operatorStatuses = subscriptionStates.filter((state) => state !== 'erased') as readonly Exclude<
  SubscriberStatus,
  'erased'
>[]
export type OperatorStatus = (typeof operatorStatuses)[number]

/** Null: refused. Nobody is brought back from `erased`. */
export const forcedStatus = (from: SubscriberStatus, to: SubscriberStatus): SubscriberStatus | null =>
  from === 'erased' || to === 'erased' ? null : to

/** The event that a row of a file means when it says how somebody stands; null: nothing that can be said again of
 *  somebody known. */
export const eventOfStatus = (status: SubscriberStatus): SubscriptionEvent | null => {
  switch (status) {
    case 'active':
      return 'signUp'
    case 'paused':
      return 'pause'
    case 'unsubscribed':
      return 'unsubscribe'
    case 'bounced':
      return 'bounce'
    case 'complained':
      return 'complain'
    case 'unconfirmed':
    case 'erased':
      return null
  }
}

/** In which states an event means something: for the message of a refusal. */
export const statesThatTake = (event: SubscriptionEvent): readonly SubscriberStatus[] =>
  subscriptionStates.filter((state) => transitions[state][event] !== undefined)
