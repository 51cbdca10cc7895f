import { alerts } from './en/alerts.ts'
import { analytics } from './en/analytics.ts'
import { campaigns } from './en/campaigns.ts'
import { channels } from './en/channels.ts'
import { code } from './en/code.ts'
import { content } from './en/content.ts'
import { home } from './en/home.ts'
import { rules } from './en/rules.ts'
import { settings } from './en/settings.ts'
import { shell } from './en/shell.ts'
import { subscribers } from './en/subscribers.ts'

export const en = {
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
