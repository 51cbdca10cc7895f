import { BroadsheetError } from '../../engine/errors.ts'
import type { FollowPreferences } from '../../engine/model/follow.ts'
import type { SubscriberId } from '../../engine/model/ids.ts'

/** As `maxFollowsAPerson` and `noFollowPreferences` of engine/model/follow.ts say: the stores' threads go without zod. */
export const maxFollowsAPerson = 100
export const plainPreferences: FollowPreferences = {
  quiet: null,
  digestAt: null,
  maxPerHour: null,
  criticalAnyway: true,
}

export const tooManyFollows = (id: SubscriberId): BroadsheetError =>
  new BroadsheetError(
    'E_LIMIT',
    `Subscriber ${id} follows alerts in ${maxFollowsAPerson} ways already: remove one, or let one say more.`,
  )
