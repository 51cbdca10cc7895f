import type { NotificationId } from '../model/ids.ts'
import type { Target } from '../model/notification.ts'
import { plainUrl } from './links.ts'
import { createTokens } from './token.ts'

export interface AlertSubject {
  readonly notificationId: NotificationId
  readonly target: Target
}

/** Tokens that name a notification of alerts and whom it was for: the link by which it is acknowledged. Signed with the same
 *  secrets as the letters' tokens under keys of their own. */
export interface AlertTokens {
  /** Where it is looked at and acknowledged. */
  url(notificationId: NotificationId, target: Target): string
  /** Null for everything that was not signed under one of the secrets. Never throws. */
  read(token: string): AlertSubject | null
}

// A room's target is negative: zigzag, as protocol buffers write signed numbers.
const folded = (target: Target): number => (target < 0 ? -2 * target - 1 : 2 * target)
const unfolded = (number: number): Target => (number % 2 === 1 ? -(number + 1) / 2 : number / 2)

export function createAlertTokens(options: {
  /** The first one signs, all of them verify. */
  readonly secrets: readonly string[]
  readonly publicUrl: string
}): AlertTokens {
  const tokens = createTokens({
    secrets: options.secrets,
    purpose: 'broadsheet alert 1',
    count: 2,
    text: (numbers) => `alert ${numbers[0]} ${numbers[1]}`,
  })
  const base = plainUrl(options.publicUrl)
  return {
    url: (notificationId, target) => `${base}/k/${tokens.seal(notificationId, folded(target))}`,
    read(token) {
      const [notificationId, target] = tokens.open(token) ?? []
      if (notificationId === undefined || target === undefined) return null
      return { notificationId: notificationId as NotificationId, target: unfolded(target) }
    },
  }
}
