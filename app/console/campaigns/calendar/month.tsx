import { Tooltip } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useMemo } from 'react'
import { useFormat, useWords } from '../../words/index.tsx'
import style from './calendar.module.css'
import type { Happening } from './calendar.tsx'

export interface Blackout {
  readonly from: number
  readonly until: number
  readonly reason: string
}

const shown = 4

/** Six weeks, each day with what goes out on it. */
export function Month({
  first,
  from,
  happenings,
  blackouts,
}: {
  readonly first: Date
  readonly from: Date
  readonly happenings: readonly Happening[]
  readonly blackouts: readonly Blackout[]
}): ReactNode {
  const words = useWords().campaigns.calendar
  const { locale } = useFormat()
  const weekday = useMemo(() => new Intl.DateTimeFormat(locale, { weekday: 'short' }), [locale])
  const whole = useMemo(() => new Intl.DateTimeFormat(locale, { dateStyle: 'full' }), [locale])
  const days = Array.from(
    { length: 42 },
    (_, index) => new Date(from.getFullYear(), from.getMonth(), from.getDate() + index),
  )
  const today = new Date().toDateString()
  return (
    <div className={style.scroll}>
      <div className={style.month}>
        {days.slice(0, 7).map((day) => (
          <div key={day.getDay()} className={style.weekday} aria-hidden>
            {weekday.format(day)}
          </div>
        ))}
        {days.map((day) => {
          const end = new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1).getTime()
          const here = happenings.filter(({ at }) => at >= day.getTime() && at < end)
          const out = blackouts.filter((one) => one.from < end && one.until > day.getTime())
          return (
            <section
              key={day.getTime()}
              className={style.day}
              aria-label={whole.format(day)}
              data-other={day.getMonth() !== first.getMonth()}
              data-today={day.toDateString() === today}
            >
              <span className={style.date}>{day.getDate()}</span>
              {out.map((one) => (
                <BlackoutMark key={one.from} blackout={one} />
              ))}
              {here.slice(0, shown).map((one) => (
                <Entry key={one.key} happening={one} />
              ))}
              {here.length > shown && (
                <span className={style.more}>{words.moreOfDay(here.length - shown)}</span>
              )}
            </section>
          )
        })}
      </div>
    </div>
  )
}

function BlackoutMark({ blackout }: { readonly blackout: Blackout }): ReactNode {
  const words = useWords().campaigns.calendar
  const format = useFormat()
  return (
    <Tooltip label={words.blackout(format.dateTime(blackout.from), format.dateTime(blackout.until))}>
      <span className={style.blackout}>{blackout.reason}</span>
    </Tooltip>
  )
}

function Entry({ happening }: { readonly happening: Happening }): ReactNode {
  const format = useFormat()
  const { name, title, at, run } = happening
  return (
    <Link
      to="/campaigns/$campaign"
      params={{ campaign: name }}
      {...(run !== null && { search: { tab: 'report' as const, run: String(run.id) } })}
      className={style.entry}
      data-state={run === null ? 'scheduled' : run.state}
    >
      <span className={style.time}>{format.time(at)}</span> {title}
    </Link>
  )
}
