import { Counter, type Registry } from 'prom-client'
import { type SignInOutcome, signInOutcomes } from '../access/sign-in.ts'

/** Returns what counts a sign-in. Who it was is in the audit log. */
export function signInMetrics(registry: Registry): (outcome: SignInOutcome) => void {
  const signIns = new Counter({
    name: 'broadsheet_sign_ins_total',
    help: 'Attempts to sign in, by outcome: in, wrong (name or password), wrong_code, code_needed (the password was right), disabled, held (wrong too often before).',
    labelNames: ['outcome'] as const,
    registers: [registry],
  })
  // There from the beginning: Prometheus sees no increase in a series that begins with 1.
  for (const outcome of signInOutcomes) signIns.inc({ outcome }, 0)
  return (outcome) => signIns.inc({ outcome })
}
