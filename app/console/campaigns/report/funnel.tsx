import { Card, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useFormat, useWords } from '../../words/index.tsx'
import style from './report.module.css'
import type { Stats } from './report.tsx'

/** From everybody who was meant to those who clicked: each step with its share of those who were sent a letter. */
export function Funnel({ stats }: { readonly stats: Stats }): ReactNode {
  const words = useWords().campaigns.report
  const format = useFormat()
  const { audience, sent } = stats.deliveries
  const steps = [
    { name: 'audience', label: words.audience, count: audience },
    { name: 'sent', label: words.sent, count: sent },
    { name: 'delivered', label: words.delivered, count: Math.max(0, sent - stats.bounced.recipients) },
    { name: 'opened', label: words.openedByPeople, count: stats.opened.people.recipients },
    { name: 'clicked', label: words.clickedByPeople, count: stats.clicked.people.recipients },
    { name: 'unsubscribed', label: words.unsubscribed, count: stats.unsubscribed.recipients },
  ]
  return (
    <Card>
      <Text component="h2" fz="sm" fw={600}>
        {words.funnel}
      </Text>
      <Text size="xs" c="dimmed" mb="xs">
        {words.funnelHint}
      </Text>
      <dl className={style.funnel}>
        {steps.map(({ name, label, count }) => (
          <div key={name} className={style.step}>
            <dt>{label}</dt>
            <dd>
              <span
                className={style.stepBar}
                data-step={name}
                style={{ width: `${audience === 0 ? 0 : (100 * count) / audience}%` }}
                aria-hidden
              />
              <span className={style.stepText}>
                <b data-stat={`funnel.${name}`}>{format.count(count)}</b>{' '}
                {sent > 0 && name !== 'audience' && (
                  <Text span size="xs" c="dimmed">
                    {format.percent(count / sent)}
                  </Text>
                )}
              </span>
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  )
}
