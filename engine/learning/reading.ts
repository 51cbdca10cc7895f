import type { DeliveryEvent } from '../model/event.ts'
import type { Reading } from '../personalise/model/model.ts'

export type Read = Pick<DeliveryEvent, 'id' | 'type' | 'class' | 'was' | 'link'>

/** What a person made of a letter, by its events up to `upTo`: of opens and clicks by people alone, and without those that turned out
 *  to be none. Somebody who clicked anything has seen the letter, whether or not its picture was fetched. `placeOf`: where in the letter the
 *  item is that a link leads to; undefined: it leads to none of them. */
export function readingOf(
  reads: readonly Read[],
  upTo: number,
  placeOf: (link: number) => number | undefined,
): Reading {
  let opens = 0
  const clicks = new Map<number | null, number>()
  for (const { id, type, class: by, was, link } of reads) {
    if (id > upTo) continue
    const people = Number(by === 'human') - Number(was === 'human')
    if (type === 'opened') opens += people
    else if (type === 'clicked') clicks.set(link, (clicks.get(link) ?? 0) + people)
  }
  const clicked = new Set<number>()
  let seen = opens > 0
  for (const [link, count] of clicks) {
    if (count <= 0) continue
    seen = true
    const place = link === null ? undefined : placeOf(link)
    if (place !== undefined) clicked.add(place)
  }
  return { seen, clicked }
}
