import type { Links } from '../../compose/links.ts'
import type { ReturnAddresses } from '../../compose/verp.ts'
import type { PublicationId } from '../../model/ids.ts'
import type { Subscriber } from '../../model/subscriber.ts'
import type { Store } from '../../ports/store.ts'

/** What may tell whose letter it is about. */
export interface Clues {
  /** As `parseAddress` gives them, the likeliest first. */
  readonly addresses: readonly string[]
  readonly tokens: readonly string[]
  readonly messageIds: readonly string[]
  /** Envelope senders, as they are written. */
  readonly senders: readonly string[]
  /** Of letters that no row of the ledger tells more about; null: nobody says. */
  readonly channel: string | null
  /** Whoever says so is who they say: the addresses count. Else only what our own signature proves does. */
  readonly trusted: boolean
}

export interface FoundLetter {
  readonly publicationId: PublicationId
  readonly channel: string
}
export interface Finding {
  /** Null: nobody of ours. */
  readonly row: Subscriber | null
  readonly letter: FoundLetter | null
  /** A signature of ours that only their letter carries, or the word of somebody who is trusted. */
  readonly proven: boolean
  /** The address that is spoken of is theirs, or none is. Else their mail goes on to another. */
  readonly own: boolean
}

/** Finds the delivery that a report is about: by the letter's token, in the envelope sender it came back to or in its own links,
 *  or by its Message-ID, which is made again for the letters that were sent to the addresses it names. */
export type Finder = (clues: Clues) => Promise<Finding>

const maxClues = 10
// Of one person, the newest ones; who had more is found by their tokens.
const pageSize = 500
const maxPages = 10

export function createFinder(parts: {
  readonly store: Pick<Store, 'subscribers' | 'deliveries'>
  readonly links: Pick<Links, 'read' | 'messageId'>
  readonly returns: Pick<ReturnAddresses, 'token'> | null
}): Finder {
  const { store, links, returns } = parts

  async function letterOf(row: Subscriber, publicationId: PublicationId, clues: Clues) {
    const delivery = await store.deliveries.get(publicationId, row.id)
    const channel = delivery?.channel ?? clues.channel
    return channel === null ? null : { publicationId, channel }
  }

  async function byMessageId(row: Subscriber, ids: readonly string[]): Promise<FoundLetter | null> {
    const wanted = ids.flatMap((id) => {
      const domain = /^<[0-9a-f]{32}@([^<>]+)>$/.exec(id)?.[1]
      return domain === undefined ? [] : [{ id, domain }]
    })
    if (wanted.length === 0) return null
    let after = 0
    for (let pages = 0; pages < maxPages; pages++) {
      const page = await store.deliveries.ofSubscriber({ subscriberId: row.id, after, limit: pageSize })
      for (const { publicationId, channel } of page.rows)
        if (wanted.some(({ id, domain }) => links.messageId(publicationId, row.id, channel, domain) === id))
          return { publicationId, channel }
      if (page.next === null) return null
      after = page.next
    }
    return null
  }

  return async function find(clues) {
    const named = clues.addresses.slice(0, maxClues)
    const back =
      returns === null ? [] : clues.senders.slice(0, maxClues).map((sender) => returns.token(sender))
    const subjects = [...back, ...clues.tokens.slice(0, maxClues)].flatMap((token) => {
      const subject = token === null ? null : links.read(token)
      return subject === null ? [] : [subject]
    })
    const ids = clues.messageIds.slice(0, maxClues)
    const rows: Subscriber[] = []
    for (const address of named) {
      const row = await store.subscribers.byAddress(address)
      if (row !== null) rows.push(row)
    }
    if (!clues.trusted || named.length === 0)
      for (const subject of subjects) {
        const [row] = await store.subscribers.get([subject.subscriberId])
        if (row === undefined || row.status === 'erased') continue
        const letter = await letterOf(row, subject.publicationId, clues)
        const own = named.length === 0 || named.includes(row.address)
        return { row, letter, proven: true, own }
      }
    for (const row of rows) {
      const subject = subjects.find(({ subscriberId }) => subscriberId === row.id)
      const letter =
        subject === undefined
          ? await byMessageId(row, ids)
          : await letterOf(row, subject.publicationId, clues)
      if (letter !== null) return { row, letter, proven: true, own: true }
    }
    return { row: rows[0] ?? null, letter: null, proven: clues.trusted, own: true }
  }
}
