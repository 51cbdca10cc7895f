import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import style from './alerts.module.css'

type Labels = { readonly [name: string]: string }

/** `{ severity, topic }` beside an alert's own labels, as rules and silences see them. */
export const routingLabels = ({
  labels,
  severity,
  topic,
}: {
  readonly labels: Labels
  readonly severity: string
  readonly topic: string | null
}): Labels => ({ severity, ...(topic !== null && { topic }), ...labels })

export const labelTexts = (labels: Labels): readonly string[] =>
  Object.entries(labels).map(([name, value]) => `${name}=${value}`)

/** Of `name=value`, each. */
export const labelsOf = (texts: readonly string[]): Labels =>
  Object.fromEntries(
    texts.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
  )

/** Labels in a line, as text. */
export const LabelLine = ({ labels }: { readonly labels: Labels }): ReactNode =>
  labelTexts(labels).map((text) => (
    <span key={text} className={style.label} title={text}>
      {text}
    </span>
  ))

/** Labels that lead to the alerts that have them. */
export const LabelLinks = ({ labels }: { readonly labels: Labels }): ReactNode =>
  labelTexts(labels).map((text) => (
    <Link key={text} to="/alerts" search={{ show: 'all', text }} className={style.label} title={text}>
      {text}
    </Link>
  ))
