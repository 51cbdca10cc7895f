import { alerts } from './alerts.ts'
import { alertsCampaign } from './alerts-campaign.ts'
import { analytics } from './analytics.ts'
import { api } from './api.ts'
import { apiCampaign } from './api-campaign.ts'
import { newsletters } from './newsletters.ts'
import type { RunDefinition } from './run.ts'

/** In the order in which they run: analytics last, after all that there is to count. */
export const runs = {
  api,
  newsletters,
  alerts,
  'api-campaign': apiCampaign,
  'alerts-campaign': alertsCampaign,
  analytics,
} as const satisfies { readonly [name: string]: RunDefinition }

export type RunName = keyof typeof runs
export const runNames = Object.keys(runs) as readonly RunName[]
