import { createActor, setup } from 'xstate'
import { type AlertEventType, type AlertState, alertStates, alertTransitions } from '../../model/alert.ts'

export type AlertMachineEvent = { readonly type: AlertEventType }

/** The life of an alert, made from the table in engine/model/alert.ts. Rebuilt from its row for each event and let go again:
 *  what is due when (its end, an escalation) are columns, no timer and no promise lives in here. */
export const alertMachine = setup({
  types: { events: {} as AlertMachineEvent },
}).createMachine({
  id: 'alert',
  initial: 'firing',
  states: Object.fromEntries(
    alertStates.map((state) => [
      state,
      {
        on: Object.fromEntries(
          Object.entries(alertTransitions[state]).map(([event, target]) => [event, { target }]),
        ),
      },
    ]),
  ),
})

/** The state after one event; null: refused. */
export function decideAlert(from: AlertState, event: AlertEventType): AlertState | null {
  const before = alertMachine.resolveState({ value: from })
  if (!before.can({ type: event })) return null
  const actor = createActor(alertMachine, { snapshot: before })
  actor.start()
  actor.send({ type: event })
  const { value } = actor.getSnapshot()
  actor.stop()
  return value as AlertState
}
