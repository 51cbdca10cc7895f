import type { FastifyInstance } from 'fastify'
import { Counter, type Registry } from 'prom-client'
import type { Engine } from '../../engine/engine.ts'

/** What came back, by what became of it, and by who runs the mailbox: domains would make a series each. */
export function useFeedbackMetrics(
  app: FastifyInstance,
  registry: Registry,
  { feedback }: Pick<Engine, 'feedback'>,
): void {
  const name = 'broadsheet_feedback_total'
  registry.removeSingleMetric(name)
  const heard = new Counter({
    name,
    help: 'Bounces, complaints and leavings that were told after a letter was taken.',
    labelNames: ['way', 'kind', 'class', 'outcome', 'provider'] as const,
    registers: [registry],
  })
  const end = feedback.watch(({ way, kind, class: given, outcome, provider }) =>
    heard.inc({ way, kind, class: given ?? '', outcome, provider }),
  )
  app.addHook('onClose', async () => {
    end()
  })
}
