import { toBase32 } from '../../engine/access/base32.ts'
import { newRecoveryCodes, takeRecoveryCode } from '../../engine/access/recovery.ts'
import { totpPlace } from '../../engine/access/reseal.ts'
import { newTotpSecret, otpauthUri, takenStep } from '../../engine/access/totp.ts'
import type { Vault } from '../../engine/access/vault.ts'
import type { Clock } from '../../engine/clock.ts'
import { BroadsheetError } from '../../engine/errors.ts'
import type { UserId } from '../../engine/model/ids.ts'
import type { User } from '../../engine/model/user.ts'
import type { People } from './people.ts'

/** Codes of an authenticator app (RFC 6238), and recovery codes for who lost it. */
export interface SecondFactor {
  /** A new secret; codes are asked for once one was typed. Rejects with E_STATE where one is asked for already. */
  begin(user: User): Promise<{ readonly secret: string; readonly uri: string }>
  /** The recovery codes, shown this once; null: it is not the code. */
  confirm(id: UserId, code: string): Promise<readonly string[] | null>
  /** Take a code, of the app or for recovery, from which on it is worth nothing. False: it is neither. */
  take(id: UserId, code: string): Promise<boolean>
  remove(id: UserId): Promise<User>
}

const issuer = 'Broadsheet'

/** Is a code asked for at sign-in? */
export const hasSecondFactor = ({ totp }: Pick<User, 'totp'>): boolean =>
  totp !== null && totp.confirmedAt !== null

export function createSecondFactor(options: {
  readonly people: People
  readonly vault: () => Promise<Vault>
  readonly clock: Clock
}): SecondFactor {
  const { people, clock } = options
  /** The user with the code taken; null: it is none of the app's. */
  const withStep = (user: User, vault: Vault, code: string): User | null => {
    const { totp } = user
    if (totp === null) return null
    const secret = vault.open(totp.secret, totpPlace(user.id))
    const lastStep = takenStep(secret, code, { now: clock.now(), lastStep: totp.lastStep })
    return lastStep === null ? null : { ...user, totp: { ...totp, lastStep } }
  }
  const withoutCode = (user: User, code: string): User | null => {
    const recoveryCodes = takeRecoveryCode(user.recoveryCodes, code)
    return recoveryCodes === null ? null : { ...user, recoveryCodes }
  }
  /** Of two at once with one code, the second finds it taken: `change` looks at the user as they are then. */
  const changeIf = async (id: UserId, change: (user: User) => User | null): Promise<boolean> => {
    const refused = new Error('refused')
    try {
      await people.change(id, (user) => {
        const changed = change(user)
        if (changed === null) throw refused
        return changed
      })
      return true
    } catch (error) {
      if (error === refused) return false
      throw error
    }
  }

  return {
    async begin({ id, name }) {
      const vault = await options.vault()
      const secret = newTotpSecret()
      await people.change(id, (user) => {
        if (hasSecondFactor(user))
          throw new BroadsheetError(
            'E_STATE',
            'A second factor is in use already. Remove it before you begin another.',
          )
        return {
          ...user,
          totp: { secret: vault.seal(secret, totpPlace(id)), lastStep: null, confirmedAt: null },
        }
      })
      return { secret: toBase32(secret), uri: otpauthUri({ issuer, name, secret }) }
    },
    async confirm(id, code) {
      const vault = await options.vault()
      const { codes, hashes } = newRecoveryCodes()
      const done = await changeIf(id, (user) => {
        if (user.totp === null || hasSecondFactor(user))
          throw new BroadsheetError('E_STATE', 'There is no second factor that waits for its first code.')
        const taken = withStep(user, vault, code)
        if (taken === null || taken.totp === null) return null
        return { ...taken, totp: { ...taken.totp, confirmedAt: clock.now() }, recoveryCodes: hashes }
      })
      return done ? codes : null
    },
    async take(id, code) {
      const vault = await options.vault()
      return changeIf(id, (user) => withStep(user, vault, code) ?? withoutCode(user, code))
    },
    remove: (id) => people.change(id, (user) => ({ ...user, totp: null, recoveryCodes: [] })),
  }
}
