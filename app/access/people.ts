import type { Passwords } from '../../engine/access/password.ts'
import { passwordProblem } from '../../engine/access/password-rules.ts'
import type { Clock } from '../../engine/clock.ts'
import { BroadsheetError } from '../../engine/errors.ts'
import type { EpochMs, UserId } from '../../engine/model/ids.ts'
import type { OneTimeToken, TokenPurpose } from '../../engine/model/session.ts'
import { newUser, type User, type UserInput } from '../../engine/model/user.ts'
import type { Store } from '../../engine/ports/store.ts'
import { isLiveOwner } from '../../stores/rules/access.ts'
import { hashOf, newSecret } from './secret.ts'
import type { Sessions } from './sessions.ts'

/** A one-time token, shown to who invites: it is kept nowhere. */
export interface Invitation {
  readonly token: string
  readonly expiresAt: EpochMs
}

/** What whoever has a token makes of it. */
export interface Acceptance {
  readonly token: string
  readonly password: string
  /** Of the first owner; those who were invited have one. */
  readonly name?: string | undefined
  readonly fullName?: string | undefined
}

export interface People {
  /** For the first owner. Rejects with E_STATE where somebody can sign in as an owner already. */
  inviteOwner(): Promise<Invitation>
  invite(input: UserInput): Promise<{ readonly user: User; readonly invitation: Invitation }>
  /** A new token for somebody who lost theirs or their password. The password, and with `secondFactor` the second factor, are
   *  void, and they are signed out. */
  reset(
    id: UserId,
    options: { readonly secondFactor: boolean },
  ): Promise<{ user: User; invitation: Invitation }>
  /** Rejects with E_TOKEN for a token that is unknown, used or over, and with E_PASSWORD, which leaves it good. */
  accept(acceptance: Acceptance): Promise<User>
  /** A token that signs a user in once, within a few minutes: for whoever has the machine, and so may do anything anyway. */
  signInToken(id: UserId): Promise<Invitation>
  /** Whom such a token signs in. Rejects with E_TOKEN. */
  enter(token: string): Promise<User>
  /** Change a user as they are now. Rejects with E_NOT_FOUND. Sign them out, where they may do less or other things now, is up to
   *  the caller. */
  change(id: UserId, change: (user: User) => User): Promise<User>
  setPassword(id: UserId, password: string): Promise<User>
}

const purposes = ['owner', 'invite', 'reset'] as const satisfies readonly TokenPurpose[]
const firstOwner = 'first'
const maxAttempts = 5
const signInMs = 300_000

export function createPeople(options: {
  readonly store: Store
  readonly sessions: Sessions
  readonly passwords: Passwords
  readonly invitationMs: number
  readonly clock: Clock
}): People {
  const { store, sessions, passwords, invitationMs, clock } = options
  const { users, tokens } = store

  const invitationFor = async (
    purpose: TokenPurpose,
    subject: string,
    lifeMs = invitationMs,
  ): Promise<Invitation> => {
    const token = newSecret('bst_')
    const expiresAt = clock.now() + lifeMs
    await tokens.drop(purpose, subject)
    await tokens.put({ hash: hashOf(token), purpose, subject, expiresAt })
    return { token, expiresAt }
  }
  const hasOwner = async (): Promise<boolean> => {
    for (let after: number | null = 0; after !== null; ) {
      const page: Awaited<ReturnType<typeof users.page>> = await users.page({ after, limit: 1000 })
      if (page.rows.some((user) => isLiveOwner(user) && user.passwordHash !== null)) return true
      after = page.next
    }
    return false
  }
  const refuseSecondOwner = async (): Promise<void> => {
    if (await hasOwner())
      throw new BroadsheetError(
        'E_STATE',
        'There is an owner already, who may invite others: `broadsheet user list`.',
      )
  }
  const look = async (hash: string): Promise<OneTimeToken> => {
    for (const purpose of purposes) {
      const found = await tokens.look(hash, purpose, clock.now())
      if (found !== null) return found
    }
    throw goneToken()
  }
  const take = async ({ hash, purpose }: OneTimeToken): Promise<void> => {
    if ((await tokens.take(hash, purpose, clock.now())) === null) throw goneToken()
  }
  const hashOfNew = async (password: string, account: Pick<User, 'name' | 'fullName'>): Promise<string> => {
    const problem = passwordProblem(password, account)
    if (problem !== null)
      throw new BroadsheetError('E_PASSWORD', `The password ${problem}.`, {
        issues: [{ path: 'password', message: problem }],
      })
    return passwords.hash(password)
  }
  const withPassword = (user: User, passwordHash: string): User => ({
    ...user,
    passwordHash,
    passwordChangedAt: clock.now(),
  })
  const present = async (id: UserId): Promise<User> => {
    const user = await users.get(id)
    if (user === null) throw new BroadsheetError('E_NOT_FOUND', `There is no user ${id}.`)
    return user
  }

  const acceptFirst = async (
    token: OneTimeToken,
    { name, fullName = '', password }: Acceptance,
  ): Promise<User> => {
    await refuseSecondOwner()
    if (name === undefined)
      throw new BroadsheetError(
        'E_INPUT',
        'name is missing: the e-mail address that the first owner signs in with.',
        {
          issues: [{ path: 'name', message: 'is missing' }],
        },
      )
    const input = { name, fullName, role: 'owner' } as const
    const passwordHash = await hashOfNew(password, input)
    await take(token)
    const made = { ...newUser(input), passwordHash, passwordChangedAt: clock.now() }
    return users.insert(made, clock.now())
  }

  const people: People = {
    async inviteOwner() {
      await refuseSecondOwner()
      return invitationFor('owner', firstOwner)
    },
    async invite(input) {
      const user = await users.insert(newUser(input), clock.now())
      return { user, invitation: await invitationFor('invite', String(user.id)) }
    },
    async reset(id, { secondFactor }) {
      const user = await people.change(id, (now) => ({
        ...now,
        passwordHash: null,
        ...(secondFactor && { totp: null, recoveryCodes: [] }),
      }))
      await sessions.endAllOf(id, null)
      for (const purpose of ['invite', 'sign-in'] as const) await tokens.drop(purpose, String(id))
      return { user, invitation: await invitationFor('reset', String(id)) }
    },
    async accept(acceptance) {
      const token = await look(hashOf(acceptance.token))
      if (token.purpose === 'owner') return acceptFirst(token, acceptance)
      const id = Number(token.subject) as UserId
      const user = await present(id)
      const { fullName = user.fullName } = acceptance
      const passwordHash = await hashOfNew(acceptance.password, { ...user, fullName })
      await take(token)
      const changed = await people.change(id, (now) => ({ ...withPassword(now, passwordHash), fullName }))
      await sessions.endAllOf(id, null)
      return changed
    },
    async signInToken(id) {
      await present(id)
      return invitationFor('sign-in', String(id), signInMs)
    },
    async enter(token) {
      const found = await tokens.take(hashOf(token), 'sign-in', clock.now())
      const user = found === null ? null : await users.get(Number(found.subject) as UserId)
      if (user === null || user.disabledAt !== null) throw goneToken()
      return user
    },
    async change(id, change) {
      for (let attempt = 1; ; attempt++) {
        const user = await present(id)
        try {
          const changed = await users.update(id, user.version, change(user), clock.now())
          sessions.forget()
          return changed
        } catch (error) {
          const conflict = error instanceof BroadsheetError && error.code === 'E_CONFLICT'
          if (!conflict || attempt === maxAttempts) throw error
        }
      }
    },
    async setPassword(id, password) {
      const passwordHash = await hashOfNew(password, await present(id))
      return people.change(id, (now) => withPassword(now, passwordHash))
    },
  }
  return people
}

const goneToken = (): BroadsheetError =>
  new BroadsheetError(
    'E_TOKEN',
    'The token is unknown, was used, or is over. Ask an owner for a new one: `broadsheet user reset NAME`.',
  )
