import { SimpleGrid } from '@mantine/core'
import type { ReactNode } from 'react'
import { Failed } from '../parts/failed.tsx'
import { Stat } from '../parts/stat.tsx'
import { useNow } from '../parts/time.tsx'
import { useCan } from '../shell/session.tsx'
import { useFormat, useWords } from '../words/index.tsx'
import style from './home.module.css'
import { useQueue } from './queue.ts'
import { measures, useToday } from './usual.ts'

/** So far today against what is usual, and what still waits to go out. */
export function Today(): ReactNode {
  const words = useWords().home.today
  const format = useFormat()
  const today = useToday(useNow())
  const can = useCan()
  if (today.error !== null) return <Failed error={today.error} retry={today.retry} />
  return (
    <SimpleGrid
      cols={{ base: 2, sm: 3, md: can('campaigns:read') ? 5 : 4 }}
      spacing="sm"
      className={style.tiles!}
    >
      {measures.map((measure) => {
        const { value, usual } = today.of(measure)
        return (
          <Stat
            key={measure}
            name={`today-${measure}`}
            label={words[measure]}
            value={value === null ? '–' : format.count(value)}
            note={usual === null ? words.noUsual : words.usual(format.count(usual))}
          />
        )
      })}
      {can('campaigns:read') && <QueueStat />}
    </SimpleGrid>
  )
}

function QueueStat(): ReactNode {
  const words = useWords().home.today
  const format = useFormat()
  const { queued, perSecond } = useQueue()
  return (
    <Stat
      name="queue-depth"
      label={words.queue}
      value={format.count(queued)}
      note={perSecond > 0 ? words.perSecond(format.count(Math.round(perSecond))) : words.still}
    />
  )
}
