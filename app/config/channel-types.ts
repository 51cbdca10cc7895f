import type { Carried, ChannelDefinition } from '../../engine/channel/index.ts'
import { discord } from '../../plugins/discord/index.ts'
import { file } from '../../plugins/file/index.ts'
import { ses } from '../../plugins/ses/index.ts'
import { slack } from '../../plugins/slack/index.ts'
import { smtp } from '../../plugins/smtp/index.ts'
import { webhook } from '../../plugins/webhook/index.ts'
import type { ChannelType, ChannelTypes } from './schema.ts'

/** The channels that come with Broadsheet, by the word that `type:` names them. */
export const channelTypes: ChannelTypes = {
  smtp: channelType(smtp),
  ses: channelType(ses),
  slack: channelType(slack),
  discord: channelType(discord),
  file: channelType(file, ['directory']),
  webhook: channelType(webhook),
}

/** Only the definition's own schema makes what its `open` takes, so its settings' type may be forgotten here. */
function channelType<Config, M extends Carried>(
  definition: ChannelDefinition<Config, M>,
  paths: readonly string[] = [],
): ChannelType {
  return { definition: definition as unknown as ChannelDefinition<never, Carried>, paths }
}
