import type { FollowPreferences } from '../../engine/model/follow.ts'

/** As `maxFollowsAPerson` and `noFollowPreferences` of engine/model/follow.ts say: the stores' threads go without zod. */
export const maxFollowsAPerson = 100
export const plainPreferences: FollowPreferences = {
  quiet: null,
  digestAt: null,
  maxPerHour: null,
  criticalAnyway: true,
}
