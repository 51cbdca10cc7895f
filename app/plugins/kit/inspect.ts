import { systemClock } from '../../../engine/clock.ts'
import { BroadsheetError } from '../../../engine/errors.ts'
import { silentLog } from '../../../engine/log.ts'
import { askIssues, askSchema, PluginTrouble } from '../ask.ts'
import { type PluginSetting, pluginSettingSchema } from '../grant.ts'
import { loadPlugin } from '../load.ts'
import { readManifest } from '../manifest.ts'
import type { Plugin } from '../plugin.ts'
import { openLane } from '../process/lane.ts'
import { launchOf } from '../process/launch.ts'

/** One thing that was looked at. */
export interface Finding {
  readonly what: string
  readonly ok: boolean
  readonly detail: string
}

export interface Inspection {
  readonly findings: readonly Finding[]
  /** Null where it could not even be loaded. */
  readonly plugin: Plugin | null
}

/** Look at a plugin as its author: granted is all that it declares. */
export function inspect(folder: string, env: NodeJS.ProcessEnv): Inspection {
  const findings: Finding[] = []
  const found = (what: string, detail: string, ok = true) => findings.push({ what, ok, detail })
  try {
    const { example, ...manifest } = readManifest(folder)
    const { name, version } = manifest.package
    found('manifest', `${name} ${version}, type "${manifest.name}", carries ${wordsFor[manifest.content]}`)
    const plugin = loadPlugin(grantAll(folder, manifest), folder)
    found('api', `${manifest.api.text}, as this Broadsheet`)
    found('asks for', asksFor(manifest))
    const schema = askSchema(plugin, env)
    found('settings', schema === null ? 'checked, but without a JSON Schema' : namesOf(schema))
    if (example === undefined)
      found('example', 'none: put settings that work under "example" in the manifest', false)
    else {
      const issues = askIssues(plugin, example, env)
      found(
        'example',
        issues.length === 0
          ? 'is valid'
          : issues.map(({ path, message }) => `${path.join('.') || 'settings'}: ${message}`).join('; '),
        issues.length === 0,
      )
    }
    return { findings, plugin }
  } catch (error) {
    if (!(error instanceof BroadsheetError) && !(error instanceof PluginTrouble)) throw error
    found(error instanceof PluginTrouble ? 'code' : 'manifest', error.message, false)
    return { findings, plugin: null }
  }
}

/** Open the channel in its confined process, ask whether it reaches its server, and close it. An answer that it does not is fine:
 *  the settings may be an example's. */
export async function tryOut(
  plugin: Plugin,
  settings: unknown,
  env: NodeJS.ProcessEnv,
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  const ended: string[] = []
  const log = {
    ...silentLog,
    warn(fields: object, event: string) {
      if (event === 'plugin.ended' && 'why' in fields) ended.push(String(fields.why))
    },
  }
  const channel = await openLane({
    plugin,
    launch: launchOf(plugin, env),
    settings,
    context: { clock: systemClock, log, random: Math.random },
  })
  const [why] = ended
  if (why !== undefined) findings.push({ what: 'open', ok: false, detail: why })
  else {
    const { maxBatch, maxInFlight, rooms } = channel.capabilities
    const lists = rooms === undefined ? '' : `, rooms ${rooms.join(', ')}`
    findings.push({ what: 'open', ok: true, detail: `${maxBatch} a batch, ${maxInFlight} at once${lists}` })
    const { ok, detail } = await channel.probe(AbortSignal.timeout(plugin.setting.limits.probeMs))
    findings.push({
      what: 'probe',
      ok: ended.length === 0,
      detail: `${ok ? 'ok' : 'not reached'}: ${detail}`,
    })
  }
  const since = systemClock.now()
  await channel.close()
  const tookMs = systemClock.now() - since
  const late = why === undefined && tookMs >= plugin.setting.limits.closeMs
  findings.push({ what: 'close', ok: !late, detail: `${tookMs} ms${late ? ': it had to be ended' : ''}` })
  return findings
}

type Declared = Omit<ReturnType<typeof readManifest>, 'example'>

const grantAll = (folder: string, { env, addresses }: Declared): PluginSetting =>
  pluginSettingSchema.parse({ package: folder, env, addresses })

const wordsFor = { mime: 'letters', note: 'posts' } as const

function asksFor({ env, addresses }: Declared): string {
  const parts = [
    ...(env.length === 0 ? [] : [`the variables ${env.join(', ')}`]),
    ...(addresses.length === 0 ? [] : [`connections to ${addresses.join(', ')}`]),
  ]
  return parts.length === 0 ? 'nothing' : parts.join(' and ')
}

const namesOf = (schema: { readonly properties?: object; readonly required?: readonly string[] }): string => {
  const names = Object.keys(schema.properties ?? {})
  const required = new Set(schema.required)
  return names.length === 0
    ? 'none'
    : names.map((name) => (required.has(name) ? name : `${name}?`)).join(', ')
}
