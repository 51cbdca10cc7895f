import { BroadsheetError } from '../../engine/errors.ts'
import type { User } from '../../engine/model/user.ts'

/** Somebody who may do everything, and may sign in. */
export const isLiveOwner = ({ role, disabledAt }: Pick<User, 'role' | 'disabledAt'>): boolean =>
  role === 'owner' && disabledAt === null

/** Does this change need another owner who may sign in? `next` is null for a removal. */
export const needsAnotherOwner = (present: User, next: Pick<User, 'role' | 'disabledAt'> | null): boolean =>
  isLiveOwner(present) && (next === null || !isLiveOwner(next))

export const lastOwner = (name: string): BroadsheetError =>
  new BroadsheetError(
    'E_STATE',
    `"${name}" is the last owner who may sign in: make somebody else an owner first.`,
  )

export const cannotSignIn = (id: number): BroadsheetError =>
  new BroadsheetError('E_NOT_FOUND', `There is no user ${id} who may sign in.`)

export const tokenTaken = (): BroadsheetError =>
  new BroadsheetError('E_EXISTS', 'There is already a one-time token of that hash: draw another.')

/** Does an action fall under what was asked for? */
export const isActionOf = (action: string, asked: string): boolean =>
  action === asked || action.startsWith(`${asked}.`)
