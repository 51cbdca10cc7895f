import type { Clock } from '../../engine/clock.ts'
import type { Log } from '../../engine/log.ts'
import type { Store } from '../../engine/ports/store.ts'
import type { AccessConfig } from '../config/access.ts'
import { type AuditLog, createAuditLog } from './audit.ts'
import { createKeyRing, type KeyRing } from './keys.ts'
import { createSessions, type Sessions } from './sessions.ts'

/** Who may do what, and what they did. */
export interface Access {
  readonly config: AccessConfig
  readonly keys: KeyRing
  readonly sessions: Sessions
  readonly audit: AuditLog
}

export function createAccess(options: {
  readonly store: Store
  readonly config: AccessConfig
  readonly clock: Clock
  readonly log: Log
}): Access {
  const { store, config, clock, log } = options
  return {
    config,
    keys: createKeyRing(store.apiKeys, clock, log),
    sessions: createSessions({ sessions: store.sessions, users: store.users, life: config, clock, log }),
    audit: createAuditLog(store.audit, clock, log),
  }
}
