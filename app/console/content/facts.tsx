import { Paper } from '@mantine/core'
import type { ReactNode } from 'react'
import style from './facts.module.css'

/** What is known of a thing: a name and a value a line. */
export const Facts = ({
  facts,
}: {
  readonly facts: readonly (readonly [string, ReactNode])[]
}): ReactNode => (
  <Paper withBorder component="dl" className={style.facts}>
    {facts.map(([name, value]) => (
      <div key={name} className={style.fact}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </Paper>
)
