import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BroadsheetError } from '../../../engine/errors.ts'
import { ensureSecrets, secretsFile } from '../../config/secrets.ts'
import { vaultFile, vaultKeysOf } from '../../config/vault.ts'
import { type AppConfig, type ConfigSources, loadConfig, saidSettings } from '../../config.ts'
import type { StartOrder } from './order.ts'

/** The daemon's settings in the desktop: those of `broadsheet.yaml` in its home, but on loopback only, and with the keys that the
 *  shell keeps. Refuses with E_CONFIG. */
export function desktopSettings(
  { home, keys }: Pick<StartOrder, 'home' | 'keys'>,
  port: number,
  env: NodeJS.ProcessEnv,
): AppConfig {
  const flag = (path: string, value: string) => ({ flag: 'the desktop', path, value })
  const sources: ConfigSources = {
    cwd: home,
    env,
    flags: [flag('http.host', '127.0.0.1'), flag('http.port', String(port)), flag('role', 'all')],
  }
  refusePlugins(sources)
  const config = loadConfig(sources)
  if (keys === null) return config
  // Somebody who says keys in the settings means those. What lies in the data folder already goes on opening and verifying, behind
  // the shell's.
  const { data, store, secrets, vaultKeys } = config
  const kept = existsSync(secretsFile(data)) ? ensureSecrets(data).secrets : []
  const keptVault = existsSync(vaultFile(data)) ? vaultKeysOf({ data, store, vaultKeys: null }) : []
  return {
    ...config,
    secrets: secrets ?? [...keys.secrets, ...kept],
    vaultKeys: vaultKeys ?? (store.startsWith('postgres') ? null : [...keys.vaultKeys, ...keptVault]),
  }
}

/** Before the settings are read whole, since that asks each plugin for its own. */
function refusePlugins(sources: ConfigSources): void {
  const said = saidSettings(sources).get(['plugins'])
  if (!Array.isArray(said) || said.length === 0) return
  // They run in Node with its permission model, and the program that is running is no Node: its fuse is blown.
  throw new BroadsheetError(
    'E_CONFIG',
    `The desktop's engine runs no plugins. Take "plugins" out of ${join(sources.cwd ?? '.', 'broadsheet.yaml')}, or run \`broadsheet serve\` and connect the desktop to it.`,
    { issues: [{ path: 'plugins', message: 'are not for the desktop' }] },
  )
}
