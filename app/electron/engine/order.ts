import { z } from 'zod'

/** Secrets that the shell keeps for the engine, newest first. */
export const engineKeysSchema = z.strictObject({
  secrets: z.array(z.string().min(16)).min(1).readonly(),
  vaultKeys: z.array(z.string().min(32)).min(1).readonly(),
})
export type EngineKeys = z.output<typeof engineKeysSchema>

/** What the shell tells the engine's process. The first message is `start`; secrets come this way and not as arguments or
 *  variables, which other programs of the same user can list. */
export const orderSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('start'),
    version: z.string(),
    /** Where `broadsheet.yaml` and the data folder are. */
    home: z.string().min(1),
    /** The one it had last time; 0 for the first time. */
    port: z.int().min(0).max(65_535),
    /** Null: they lie in the data folder, as those of `broadsheet serve`. */
    keys: engineKeysSchema.nullable(),
  }),
  z.strictObject({ type: z.literal('stop') }),
])
export type Order = z.output<typeof orderSchema>
export type StartOrder = Extract<Order, { readonly type: 'start' }>

/** What the engine's process says. `listening` or `refused` comes once; `stopped` is the last word. */
export const reportSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('listening'),
    /** `http://127.0.0.1:PORT` */
    url: z.url({ protocol: /^http$/ }),
    port: z.int(),
    /** A key to the API that ends with this process. */
    token: z.string().min(32),
    /** Where it keeps everything. */
    data: z.string(),
  }),
  z.strictObject({ type: z.literal('refused'), code: z.string(), detail: z.string() }),
  z.strictObject({ type: z.literal('stopped') }),
])
export type Report = z.output<typeof reportSchema>
export type Listening = Extract<Report, { readonly type: 'listening' }>
