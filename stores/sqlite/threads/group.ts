import type { Database } from 'better-sqlite3'
import type { BroadsheetError } from '../../../engine/errors.ts'
import type { Reply, Request } from './messages.ts'
import type { Parcel } from './wire.ts'

// Long enough that a hundred small writes share one fsync (0.7 ms on the machine this was measured on), short
// enough that an alert behind them does not wait.
const maxGroupMs = 20
const maxGroupRequests = 256

export interface Group {
  /** As many of the waiting requests, in order, as one transaction takes; at least one. Returns their replies,
   *  to be sent only now: after the commit. What did not run stays in `waiting`. */
  run(waiting: Request[]): readonly Reply[]
}

/** Group commit: requests that wait together are one transaction and one fsync. A refused one undoes only itself: then the
 *  others run again with it, each within a savepoint of its own. Without one nothing is copied for the case. */
export function createGroup(
  db: Database,
  answer: (request: Request) => Parcel,
  failureOf: (error: unknown) => BroadsheetError,
  /** A transaction ended: is what ran in it kept? */
  ended: (kept: boolean) => void = () => {},
): Group {
  const begin = db.prepare('BEGIN IMMEDIATE')
  const commit = db.prepare('COMMIT')
  const rollback = db.prepare('ROLLBACK')
  const savepoint = db.prepare('SAVEPOINT request')
  const release = db.prepare('RELEASE request')
  const undo = db.prepare('ROLLBACK TO request')

  const reject = (requests: readonly Request[], error: unknown): Reply[] => {
    const json = failureOf(error).toJSON()
    return requests.map(({ id }) => ({ id, error: json }))
  }

  const runOne = (request: Request): Reply => {
    savepoint.run()
    try {
      const ok = answer(request)
      release.run()
      return { id: request.id, ok }
    } catch (error) {
      // A full disk or an I/O error may have ended the whole transaction: there is nothing left to undo, and
      // nothing before this request is kept either.
      if (!db.inTransaction) throw error
      undo.run()
      release.run()
      return { id: request.id, error: failureOf(error).toJSON() }
    }
  }

  /** Rolled back where it throws. */
  const transaction = (next: () => Request | undefined, reply: (request: Request) => Reply): Reply[] => {
    let request = next()
    try {
      begin.run()
      const replies: Reply[] = []
      for (; request !== undefined; request = next()) replies.push(reply(request))
      commit.run()
      ended(true)
      return replies
    } catch (error) {
      if (db.inTransaction) rollback.run()
      ended(false)
      throw error
    }
  }
  const plain = (request: Request): Reply => ({ id: request.id, ok: answer(request) })

  return {
    run(waiting) {
      const started: Request[] = []
      const until = performance.now() + maxGroupMs
      const next = () => {
        const isFull = started.length === maxGroupRequests || performance.now() >= until
        const request = isFull && started.length > 0 ? undefined : waiting.shift()
        if (request !== undefined) started.push(request)
        return request
      }
      try {
        return transaction(next, plain)
      } catch (error) {
        if (started.length <= 1) return reject(started, error)
      }
      const again = [...started]
      try {
        return transaction(() => again.shift() ?? next(), runOne)
      } catch (error) {
        return reject(started, error)
      }
    },
  }
}
