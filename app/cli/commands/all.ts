import type { CommandModule } from '../program.ts'
import * as alert from './alert/alert.ts'
import * as analytics from './analytics.ts'
import * as asset from './asset.ts'
import * as audit from './audit.ts'
import * as backup from './backup.ts'
import * as bounce from './bounce.ts'
import * as calendar from './calendar.ts'
import * as campaign from './campaign/campaign.ts'
import * as channel from './channel.ts'
import * as config from './config.ts'
import * as webConsole from './console.ts'
import * as demo from './demo.ts'
import * as doctor from './doctor.ts'
import * as events from './events.ts'
import * as exports from './export.ts'
import * as feed from './feed.ts'
import * as imports from './import.ts'
import * as init from './init.ts'
import * as item from './item.ts'
import * as key from './key.ts'
import * as list from './list.ts'
import * as migrate from './migrate.ts'
import * as plugin from './plugin.ts'
import * as rank from './rank/rank.ts'
import * as rotate from './rotate.ts'
import * as segment from './segment.ts'
import * as serve from './serve.ts'
import * as subscriber from './subscriber.ts'
import * as suppress from './suppress.ts'
import * as template from './template.ts'
import * as user from './user.ts'

/** Every command, in the order of the help. */
export const allCommands: readonly CommandModule[] = [
  init,
  demo,
  serve,
  webConsole,
  doctor,
  alert,
  campaign,
  analytics,
  calendar,
  template,
  asset,
  subscriber,
  list,
  segment,
  item,
  feed,
  imports,
  exports,
  suppress,
  bounce,
  channel,
  plugin,
  events,
  rank,
  key,
  user,
  audit,
  config,
  rotate,
  backup,
  migrate,
]
