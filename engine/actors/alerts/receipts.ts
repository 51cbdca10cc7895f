import { LRUCache } from 'lru-cache'

/** A post's turn in its thread. */
export interface Turn {
  /** Of the post before it; null: it is the first one. */
  readonly earlier: string | null
  /** It is over: the next one takes over this receipt. */
  done(receipt: string | null): void
}

/** What posts of one thread to one place give on to each other, which a channel threads or edits by. A posting may have been taken
 *  before the one ahead of it was settled, and come to be posted after: what it brought along from the store is old then. */
export interface Receipts {
  /** Posts of a place go one after the other. `stored`: what the store had when this one was taken. */
  turn(place: string, stored: string | null): Promise<Turn>
}

/** Of one place. */
const replacedKept = 8

export function createReceipts(): Receipts {
  /** The last post that is on its way. */
  const tails = new Map<string, Promise<string | null>>()
  const last = new LRUCache<
    string,
    { readonly receipt: string; readonly replaced: readonly (string | null)[] }
  >({ max: 1000 })

  function newestOf(place: string, stored: string | null): string | null {
    const known = last.get(place)
    return known?.replaced.includes(stored) ? known.receipt : stored
  }

  function replace(place: string, old: string | null, receipt: string): void {
    const replaced = [...(last.get(place)?.replaced ?? []), old].slice(-replacedKept)
    last.set(place, { receipt, replaced })
  }

  return {
    async turn(place, stored) {
      const before = tails.get(place)
      const { promise, resolve } = Promise.withResolvers<string | null>()
      tails.set(place, promise)
      const earlier = (await before) ?? newestOf(place, stored)
      return {
        earlier,
        done(receipt) {
          if (receipt !== null && receipt !== earlier) replace(place, earlier, receipt)
          resolve(receipt)
          if (tails.get(place) === promise) tails.delete(place)
        },
      }
    },
  }
}
