import { type ReadClass, readClasses } from '../model/event.ts'
import type { CountedEvent } from '../model/rollup.ts'
import { isRead } from '../model/rollup.ts'

// Slots are stored: existing ones never change their meaning.
//  0 to 4   opens, by class       10 bounced   11 complained   12 unsubscribed   13 to 15 free
//  5 to 9   clicks, by class      16 + 5 x link + class: clicks of one link
const classes = readClasses.length
const firstLink = 16

export const openSlots = [0, 1, 2, 3, 4] as const
export const clickSlots = [5, 6, 7, 8, 9] as const
const others: { readonly [type: string]: number } = { bounced: 10, complained: 11, unsubscribed: 12 }

export const slotOf = (type: CountedEvent['type'], read: ReadClass | null): number | null => {
  if (isRead(type)) return (type === 'opened' ? 0 : classes) + readClasses.indexOf(read ?? 'unknown')
  return others[type] ?? null
}
export const linkSlot = (link: number, read: ReadClass): number =>
  firstLink + link * classes + readClasses.indexOf(read)

/** Counts by slot, of one person and publication. */
export type Slots = Map<number, number>
export const readSlots = (counts: readonly number[]): Slots => {
  const slots: Slots = new Map()
  for (let i = 0; i < counts.length; i += 2) slots.set(counts[i]!, counts[i + 1]!)
  return slots
}
export const writeSlots = (slots: Slots): readonly number[] =>
  [...slots]
    .filter(([, n]) => n !== 0)
    .sort(([a], [b]) => a - b)
    .flat()

/** Of a slot that counts the clicks of a link. */
export const linkOf = (slot: number): { readonly link: number; readonly read: ReadClass } | null =>
  slot < firstLink
    ? null
    : { link: Math.floor((slot - firstLink) / classes), read: readClasses[(slot - firstLink) % classes]! }
