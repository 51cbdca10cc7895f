/** Where in a conversation a fault strikes. `connect`: on accepting. `body`: after the first bytes of a letter.
 *  `dot`: when the whole letter has come. */
export type Phase = 'connect' | 'banner' | 'ehlo' | 'mail' | 'rcpt' | 'data' | 'body' | 'dot'

/** drop: close. reset: close with RST. hang: say and read nothing more. reply: say this instead (with `end`, and
 *  close). delay: wait, then behave; with `until`, for that. garbage: bytes that are no SMTP. `taken` (phase `dot`): the letter was taken
 *  all the same. */
export type Fault =
  | { readonly do: 'drop'; readonly taken?: boolean }
  | { readonly do: 'reset'; readonly taken?: boolean }
  | { readonly do: 'hang'; readonly taken?: boolean }
  | { readonly do: 'reply'; readonly text: string; readonly end?: boolean }
  | { readonly do: 'delay'; readonly ms: number }
  | { readonly do: 'delay'; readonly until: Promise<unknown> }
  | { readonly do: 'garbage'; readonly text: string }

export interface FaultPoint {
  readonly phase: Phase
  /** Counts from 1. */
  readonly connection: number
  /** Letters begun on this connection, the present one included; 0 before the first MAIL. */
  readonly message: number
  readonly from: string
  readonly to: string
}

/** Asked at every phase of every connection. */
export type FaultPlan = (point: FaultPoint) => Fault | undefined

/** Every time this phase is reached. */
export const always =
  (phase: Phase, fault: Fault): FaultPlan =>
  (point) =>
    point.phase === phase ? fault : undefined

/** The first `times` times this phase is reached. */
export function times(times: number, phase: Phase, fault: Fault): FaultPlan {
  let left = times
  return (point) => (point.phase === phase && left-- > 0 ? fault : undefined)
}

export const once = (phase: Phase, fault: Fault): FaultPlan => times(1, phase, fault)

/** For some recipients only. */
export const forRecipient =
  (matches: (address: string) => boolean, phase: Phase, fault: Fault): FaultPlan =>
  (point) =>
    point.phase === phase && matches(point.to) ? fault : undefined

/** On the nth connection only, counting from 1. */
export const onConnection =
  (connection: number, plan: FaultPlan): FaultPlan =>
  (point) =>
    point.connection === connection ? plan(point) : undefined

/** The first plan that has an answer. */
export const first =
  (...plans: readonly FaultPlan[]): FaultPlan =>
  (point) => {
    for (const plan of plans) {
      const fault = plan(point)
      if (fault !== undefined) return fault
    }
    return undefined
  }
