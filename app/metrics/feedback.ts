import { Counter, type Registry } from 'prom-client'
import type { EngineMetrics } from './metrics.ts'

/** What came back, by what became of it, and by who runs the mailbox: domains would make a series each. */
export function feedbackMetrics(registry: Registry): EngineMetrics {
  const heard = new Counter({
    name: 'broadsheet_feedback_total',
    help: 'Bounces, complaints and leavings that were told after a letter was taken.',
    labelNames: ['way', 'kind', 'class', 'outcome', 'provider'] as const,
    registers: [registry],
  })
  return ({ feedback }) => ({
    end: feedback.watch(({ way, kind, class: given, outcome, provider }) =>
      heard.inc({ way, kind, class: given ?? '', outcome, provider }),
    ),
  })
}
