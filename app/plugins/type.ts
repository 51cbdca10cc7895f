import { z } from 'zod'
import { type ChannelDefinition, channelApi, type Message, type Post } from '../../engine/channel/index.ts'
import type { ChannelType, ChannelTypes } from '../config/schema.ts'
import { askIssues, askSchema, PluginTrouble, type SettingIssue } from './ask.ts'
import type { Plugin } from './plugin.ts'
import { openLane } from './process/lane.ts'
import { launchOf } from './process/launch.ts'

/** A plugin as a kind of channel. Its settings stay as they were said: the plugin's schema reads them in its own process, here to
 *  find what is wrong with them and once more when the channel opens. */
export interface PluginType extends ChannelType {
  readonly plugin: Plugin
  /** Why its process could not be asked about its settings; null: it could. */
  readonly trouble: string | null
}

/** By the word that `type:` names them. */
export const pluginTypes = (plugins: readonly PluginType[]): ChannelTypes =>
  Object.fromEntries(plugins.map((type) => [type.plugin.manifest.name, type]))

export function pluginType(plugin: Plugin, env: NodeJS.ProcessEnv): PluginType {
  let trouble: string | null = null
  const attempt = <T>(asked: () => T, otherwise: T): T => {
    // What did not answer once is not waited for again.
    if (trouble !== null) return otherwise
    try {
      return asked()
    } catch (error) {
      if (!(error instanceof PluginTrouble)) throw error
      trouble = error.message
      return otherwise
    }
  }
  const schema = attempt(() => askSchema(plugin, env), null)

  const config = z.record(z.string(), z.unknown()).superRefine((settings, context) => {
    for (const issue of attempt(() => askIssues(plugin, settings, env), []))
      context.issues.push({
        ...kindOf(issue),
        path: [...issue.path],
        message: issue.message,
        input: settings,
      } as z.core.$ZodRawIssue)
  })
  const definition: ChannelDefinition<Record<string, unknown>, Message & Post> = {
    name: plugin.manifest.name,
    api: channelApi,
    config,
    open: (settings, context) => openLane({ plugin, launch: launchOf(plugin, env), settings, context }),
  }
  return {
    definition: definition as unknown as ChannelDefinition<never>,
    paths: [],
    ...(schema === null ? {} : { schema }),
    plugin,
    get trouble() {
      return trouble
    },
  }
}

/** What our own words for mistakes are made from. */
function kindOf({ keys, expected, format }: SettingIssue) {
  if (keys.length > 0) return { code: 'unrecognized_keys', keys } as const
  if (expected !== null) return { code: 'invalid_type', expected: expected as 'string' } as const
  if (format !== null) return { code: 'invalid_format', format: format as 'url' } as const
  return { code: 'custom' } as const
}
