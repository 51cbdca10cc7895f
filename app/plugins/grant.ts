import { z } from 'zod'
import { channelApi } from '../../engine/channel/index.ts'
import { type Address, common, parseAddress } from './address.ts'
import { type ApiRange, speaks } from './api-range.ts'
import { addressSchema, type Manifest, variableSchema } from './manifest.ts'

const seconds = (from: number, to: number, value: number) =>
  z
    .int()
    .min(from * 1000)
    .max(to * 1000)
    .default(value * 1000)

export const pluginLimitsSchema = z.strictObject({
  // An idle one with an HTTP client takes 110 MB.
  memoryMb: z.int().min(128).max(4096).default(256).describe('Of its process, all in all'),
  openMs: seconds(1, 60, 10).describe('To start its process, load it and open the channel'),
  sendMs: seconds(1, 600, 60).describe('For one batch'),
  probeMs: seconds(1, 60, 15).describe('To answer whether it can be reached'),
  closeMs: seconds(0.1, 8, 3).describe('To close when the daemon stops'),
  stuckMs: seconds(0.5, 120, 10).describe('Its event loop may stand still'),
})
export type PluginLimits = z.output<typeof pluginLimitsSchema>

/** One entry of `plugins:`, the operator's word on what a plugin gets. */
export const pluginSettingSchema = z.strictObject({
  package: z
    .string()
    .min(1)
    .max(1000)
    .describe('A folder ("./my-channel", from the file that says it), or the name of an installed package'),
  env: z.array(variableSchema).default([]).describe('Environment variables that are passed on to it'),
  addresses: z
    .array(addressSchema)
    .default([])
    .describe('What it may connect to: "ntfy.sh:443", "*.example.org:443", "10.0.0.0/8:8080"'),
  limits: pluginLimitsSchema.prefault({}),
})
export type PluginSetting = z.output<typeof pluginSettingSchema>

export const pluginsSchema = z
  .array(pluginSettingSchema)
  .max(50)
  .default([])
  .describe('Channels by others, each in a process of its own (docs/plugins.md)')

/** What a plugin really gets: what it declares and the operator granted. */
export interface Grant {
  readonly env: readonly string[]
  readonly addresses: readonly Address[]
}

/** What is missing from the operator's word, or the grant. The messages hold the lines to add. */
export function judgeGrant(
  manifest: Manifest,
  setting: PluginSetting,
):
  | { readonly grant: Grant; readonly missing: null }
  | { readonly grant: null; readonly missing: readonly string[] } {
  const env = manifest.env.filter((name) => setting.env.includes(name))
  const declared = manifest.addresses.map((text) => parseAddress(text)!)
  const granted = setting.addresses.map((text) => parseAddress(text)!)
  const shared = declared.map((one) =>
    granted.map((other) => common(one, other)).filter((address) => address !== null),
  )
  const missingEnv = manifest.env.filter((name) => !env.includes(name))
  const missingAddresses = declared.filter((_, index) => shared[index]!.length === 0).map(({ text }) => text)
  const missing: string[] = []
  if (missingEnv.length > 0) missing.push(needs('env', missingEnv, missingEnv))
  if (missingAddresses.length > 0) {
    const lines = missingAddresses.map((text) => text.replace(/^\*/, 'HOST').replace(/\*$/, 'PORT'))
    missing.push(needs('addresses', missingAddresses, lines))
  }
  if (missing.length > 0) return { grant: null, missing }
  const unique = new Map(shared.flat().map((address) => [address.text, address]))
  return { grant: { env, addresses: [...unique.values()] }, missing: null }
}

const needs = (field: string, declared: readonly string[], lines: readonly string[]): string =>
  `asks for ${declared.map((one) => `"${one}"`).join(', ')}, which is not granted. To grant it, add to the entry: ${field}: [${lines
    .map((line) => `"${line}"`)
    .join(', ')}]`

/** Null where this Broadsheet and the plugin understand each other. */
export function apiProblem({ package: { name, version }, api }: ManifestApi): string | null {
  if (speaks(api, channelApi)) return null
  const newer = api.stretches.every(([from]) => from > channelApi)
  return `${name} ${version} speaks channel API ${api.text}, this Broadsheet speaks ${channelApi}: install ${
    newer
      ? 'a newer Broadsheet, or an older version of the plugin'
      : `a version of the plugin for API ${channelApi}`
  }`
}
type ManifestApi = { readonly package: Manifest['package']; readonly api: ApiRange }
