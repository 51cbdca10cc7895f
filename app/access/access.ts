import { createPasswords, type Passwords } from '../../engine/access/password.ts'
import type { Vault } from '../../engine/access/vault.ts'
import type { Clock } from '../../engine/clock.ts'
import type { Log } from '../../engine/log.ts'
import type { Store } from '../../engine/ports/store.ts'
import type { AccessConfig } from '../config/access.ts'
import { type AuditLog, createAuditLog } from './audit.ts'
import { createGate } from './gate.ts'
import { createKeyRing, type KeyRing } from './keys.ts'
import { createPeople, type People } from './people.ts'
import { createSecondFactor, type SecondFactor } from './second-factor.ts'
import { createSessions, type Sessions } from './sessions.ts'
import { createSignIn, type SignIn, type SignInOutcome } from './sign-in.ts'

/** Who may do what, and what they did. */
export interface Access {
  readonly config: AccessConfig
  readonly keys: KeyRing
  readonly sessions: Sessions
  readonly people: People
  readonly secondFactor: SecondFactor
  readonly signIn: SignIn
  readonly audit: AuditLog
}

export function createAccess(options: {
  readonly store: Store
  readonly config: AccessConfig
  /** Opened when the first second factor is. */
  readonly vault: () => Promise<Vault>
  readonly passwords?: Passwords
  /** Hears how each sign-in went. */
  readonly onSignIn?: (outcome: SignInOutcome) => void
  readonly clock: Clock
  readonly log: Log
}): Access {
  const { store, config, vault, passwords = createPasswords(), onSignIn = () => {}, clock, log } = options
  const { users, apiKeys, buckets } = store
  const sessions = createSessions({ sessions: store.sessions, users, life: config, clock, log })
  const people = createPeople({ store, sessions, passwords, invitationMs: config.invitationMs, clock })
  const secondFactor = createSecondFactor({ people, vault, clock })
  const gate = createGate(config.failures, buckets, clock)
  return {
    config,
    keys: createKeyRing(apiKeys, clock, log),
    sessions,
    people,
    secondFactor,
    signIn: createSignIn({ users, sessions, passwords, people, secondFactor, gate, onSignIn }),
    audit: createAuditLog(store.audit, clock, log),
  }
}
