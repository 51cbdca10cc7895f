import type { Passwords } from '../../engine/access/password.ts'
import { BroadsheetError } from '../../engine/errors.ts'
import type { User } from '../../engine/model/user.ts'
import type { UserStore } from '../../engine/ports/access.ts'
import type { Gate } from './gate.ts'
import type { People } from './people.ts'
import { hasSecondFactor, type SecondFactor } from './second-factor.ts'
import type { Opened, Origin, Sessions } from './sessions.ts'

export interface Credentials {
  /** In lower case. */
  readonly name: string
  readonly password: string
  /** Of the second factor, or a recovery code. */
  readonly code?: string | undefined
}

/** How it went. `who` is not for whoever asked. */
export type SignInResult =
  | { readonly status: 'in'; readonly user: User; readonly opened: Opened }
  /** The name, the password or the code is not right, or they may not sign in: nobody is told which. */
  | {
      readonly status: 'wrong'
      readonly who: User | null
      readonly why: 'name' | 'password' | 'code' | 'disabled'
    }
  /** The password was right, and a code is asked for. */
  | { readonly status: 'code-needed'; readonly who: User }
  | { readonly status: 'wait'; readonly seconds: number }

/** What is counted of it. `held`: it was wrong too often before. */
export const signInOutcomes = ['in', 'wrong', 'wrong_code', 'code_needed', 'disabled', 'held'] as const
export type SignInOutcome = (typeof signInOutcomes)[number]

export interface SignIn {
  signIn(credentials: Credentials, origin: Origin): Promise<SignInResult>
  /** Is it their password? `wait`: it was wrong too often. For what somebody signed in may do with it only. */
  confirm(user: User, password: string, origin: Origin): Promise<true | false | { readonly wait: number }>
}

export function createSignIn(options: {
  readonly users: UserStore
  readonly sessions: Sessions
  readonly passwords: Passwords
  readonly people: People
  readonly secondFactor: SecondFactor
  readonly gate: Gate
  readonly onSignIn: (outcome: SignInOutcome) => void
}): SignIn {
  const { users, sessions, passwords, people, secondFactor, gate, onSignIn } = options

  /** The password is looked at whoever it is, so that all answers take as long. */
  const check = async ({ name, password }: Credentials) => {
    const [user = null] = await users.byName([name])
    const { ok, rehash } = await passwords.check(password, user?.passwordHash ?? null)
    if (ok && rehash && user !== null) {
      const passwordHash = await passwords.hash(password)
      await people.change(user.id, (now) =>
        now.passwordHash === user.passwordHash ? { ...now, passwordHash } : now,
      )
    }
    return { user, ok }
  }

  const signIn: SignIn['signIn'] = async (credentials, origin) => {
    const { name, code } = credentials
    const seconds = await gate.enter(name, origin.address)
    if (seconds !== null) return { status: 'wait', seconds }
    const { user, ok } = await check(credentials)
    if (user === null || !ok) return { status: 'wrong', who: user, why: user === null ? 'name' : 'password' }
    if (user.disabledAt !== null) return { status: 'wrong', who: user, why: 'disabled' }
    if (hasSecondFactor(user)) {
      if (code === undefined) {
        await gate.pass(name, origin.address)
        return { status: 'code-needed', who: user }
      }
      if (!(await secondFactor.take(user.id, code))) return { status: 'wrong', who: user, why: 'code' }
    }
    const opened = await sessions.open(user, origin).catch(goneMeanwhile)
    if (opened === null) return { status: 'wrong', who: user, why: 'disabled' }
    await gate.pass(name, origin.address)
    return { status: 'in', user, opened }
  }

  return {
    async signIn(credentials, origin) {
      const result = await signIn(credentials, origin)
      onSignIn(outcomeOf(result))
      return result
    },
    async confirm({ id, name }, password, { address }) {
      const seconds = await gate.enter(name, address)
      if (seconds !== null) return { wait: seconds }
      const user = await users.get(id)
      const { ok } = await passwords.check(password, user?.passwordHash ?? null)
      if (ok) await gate.pass(name, address)
      return ok
    },
  }
}

/** They were removed or disabled while their password was looked at. */
function goneMeanwhile(error: unknown): null {
  if (error instanceof BroadsheetError && error.code === 'E_NOT_FOUND') return null
  throw error
}

function outcomeOf(result: SignInResult): SignInOutcome {
  switch (result.status) {
    case 'in':
      return 'in'
    case 'code-needed':
      return 'code_needed'
    case 'wait':
      return 'held'
    case 'wrong':
      return result.why === 'code' ? 'wrong_code' : result.why === 'disabled' ? 'disabled' : 'wrong'
  }
}
