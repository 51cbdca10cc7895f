import type { Clock } from '../clock.ts'
import { BroadsheetError } from '../errors.ts'
import type { UserId } from '../model/ids.ts'
import type { User } from '../model/user.ts'
import type { UserStore } from '../ports/access.ts'
import type { SealedFor, Vault } from './vault.ts'

/** Where a user's second factor is sealed for. */
export const totpPlace = (id: UserId): SealedFor => ({ purpose: 'user.totp', row: id })

export interface Resealed {
  /** Sealed under the newest key now. */
  readonly resealed: number
  /** Were so before. */
  readonly fresh: number
  /** Names of users whose second factor no key opens: they need a new one. */
  readonly lost: readonly string[]
}

/** Seal every secret in the store under the newest key. Each is one write of its own: stopped or killed half-way, the next call does
 *  the rest. Users may sign in and be changed meanwhile. */
export async function resealAll(parts: {
  readonly users: UserStore
  readonly vault: Vault
  readonly clock: Clock
  readonly signal: AbortSignal
}): Promise<Resealed> {
  const { users, vault, clock, signal } = parts
  const counts = { resealed: 0, fresh: 0 }
  const lost: string[] = []

  const resealOne = async (user: User): Promise<void> => {
    if (user.totp === null) return
    try {
      const secret = vault.reseal(user.totp.secret, totpPlace(user.id))
      if (secret === null) {
        counts.fresh += 1
        return
      }
      const { id, version } = user
      await users.update(id, version, { ...user, totp: { ...user.totp, secret } }, clock.now())
      counts.resealed += 1
    } catch (error) {
      if (!(error instanceof BroadsheetError)) throw error
      if (error.code === 'E_VAULT') lost.push(user.name)
      else if (error.code === 'E_CONFLICT') {
        // They signed in just then: what they left is to be sealed.
        const present = await users.get(user.id)
        if (present !== null) await resealOne(present)
      } else if (error.code !== 'E_NOT_FOUND') throw error
    }
  }

  for (let after: number | null = 0; after !== null; ) {
    const page: Awaited<ReturnType<UserStore['page']>> = await users.page({ after, limit: 100 })
    for (const user of page.rows) {
      signal.throwIfAborted()
      await resealOne(user)
    }
    after = page.next
  }
  return { ...counts, lost }
}
