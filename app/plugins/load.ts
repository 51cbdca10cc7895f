import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BroadsheetError } from '../../engine/errors.ts'
import { findPlugin, isPath } from './folder.ts'
import { apiProblem, judgeGrant, type PluginSetting } from './grant.ts'
import { readManifest } from './manifest.ts'
import type { Plugin } from './plugin.ts'

/** Find the plugin of a settings entry, read its manifest and see that it speaks our API and is granted what it asks for.
 *  `base`: where a relative folder begins. Runs none of its code. Refuses with E_CONFIG. */
export function loadPlugin(setting: PluginSetting, base: string): Plugin {
  const folder = findPlugin(setting.package, base)
  if (folder === null)
    throw refusal(
      isPath(setting.package)
        ? `there is no package in ${join(base, setting.package)}`
        : `the package "${setting.package}" is not installed in ${base} or above it. Install it there ("npm install ${setting.package}"), or give its folder ("./${setting.package}")`,
    )
  const manifest = readManifest(folder)
  const api = apiProblem(manifest)
  if (api !== null) throw refusal(api)
  const file = join(folder, manifest.channel)
  if (!existsSync(file))
    throw refusal(`${join(folder, 'package.json')}: broadsheet.channel: there is no file ${file}`)
  const { grant, missing } = judgeGrant(manifest, setting)
  if (missing !== null) throw refusal(missing.map((words) => `${manifest.package.name} ${words}`).join('; '))
  return { folder, manifest, setting, grant }
}

const refusal = (message: string) => new BroadsheetError('E_CONFIG', message)
