import { alerts } from './de/alerts.ts'
import { analytics } from './de/analytics.ts'
import { campaigns } from './de/campaigns.ts'
import { channels } from './de/channels.ts'
import { code } from './de/code.ts'
import { content } from './de/content.ts'
import { home } from './de/home.ts'
import { rules } from './de/rules.ts'
import { settings } from './de/settings.ts'
import { shell } from './de/shell.ts'
import { subscribers } from './de/subscribers.ts'

export const de = {
  shell,
  home,
  campaigns,
  alerts,
  analytics,
  subscribers,
  content,
  channels,
  settings,
  rules,
  code,
}
