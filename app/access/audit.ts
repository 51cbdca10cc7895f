import type { Clock } from '../../engine/clock.ts'
import type { Log } from '../../engine/log.ts'
import type { NewAuditEntry } from '../../engine/model/audit.ts'
import type { AuditStore } from '../../engine/ports/access.ts'

/** Writes down who changed what. */
export interface AuditLog {
  /** It is written within a second, together with others. What the store does not take is tried again, and goes to the log
   *  when there is no more room for it. */
  note(entry: NewAuditEntry): void
  /** Resolves once it is written; rejects with E_STORE_*, and then it is in the log. */
  write(entry: NewAuditEntry): Promise<void>
  /** Write what waits now. Never rejects. */
  flush(): Promise<void>
  /** Write what is left, and end. */
  close(): Promise<void>
}

const flushMs = 500
const longestWaitMs = 30_000
const batch = 500
const maxWaiting = 10_000

export function createAuditLog(store: AuditStore, clock: Clock, log: Log): AuditLog {
  let waiting: NewAuditEntry[] = []
  let writing: Promise<void> | null = null
  let waitMs = flushMs
  let cancel: (() => void) | null = null
  let closed = false

  const plan = (): void => {
    if (closed || cancel !== null || waiting.length === 0) return
    cancel = clock.after(waitMs, () => {
      cancel = null
      void flush()
    })
  }
  const flush = (): Promise<void> => {
    writing ??= writeOut().finally(() => {
      writing = null
      plan()
    })
    return writing
  }
  const writeOut = async (): Promise<void> => {
    while (waiting.length > 0) {
      const rows = waiting.slice(0, batch)
      try {
        await store.append(rows)
      } catch (error) {
        waitMs = Math.min(waitMs * 2, longestWaitMs)
        log.error({ entries: waiting.length, error: String(error) }, 'audit.not_written')
        return
      }
      waitMs = flushMs
      waiting = waiting.slice(rows.length)
    }
  }
  const lose = (entries: readonly NewAuditEntry[]): void => {
    for (const { at, caller, action, subject, outcome, requestId } of entries)
      log.error(
        { at, callerKind: caller.kind, callerId: caller.id, action, subject, outcome, requestId },
        'audit.lost',
      )
  }

  return {
    note(entry) {
      waiting.push(entry)
      if (waiting.length > maxWaiting && writing === null)
        lose(waiting.splice(0, waiting.length - maxWaiting))
      if (waiting.length >= batch && waitMs === flushMs) void flush()
      else plan()
    },
    flush,
    async write(entry) {
      try {
        await store.append([entry])
      } catch (error) {
        lose([entry])
        throw error
      }
    },
    async close() {
      closed = true
      cancel?.()
      cancel = null
      await writing
      await flush()
      lose(waiting.splice(0))
    },
  }
}
