import { z } from 'zod'
import type { Carried, ChannelDefinition } from '../../engine/channel/index.ts'
import { dkimKeySchema, engineConfigSchema } from '../../engine/config.ts'
import { slugSchema } from '../../engine/model/values.ts'
import { feedbackSchema } from '../feedback/settings.ts'
import { egressProblem } from '../fetch/guard.ts'
import { pluginsSchema } from '../plugins/grant.ts'
import { accessSchema } from './access.ts'
import { httpSchema } from './http.ts'
import type { JsonSchema } from './json-schema.ts'
import { pagesSchema } from './pages.ts'
import { tracingSchema } from './tracing.ts'
import { isRecord } from './tree.ts'

/** A kind of channel: its definition, and which of its settings are paths (relative ones begin at the file
 *  that says them). */
export interface ChannelType {
  readonly definition: ChannelDefinition<never, Carried>
  readonly paths: readonly string[]
  /** Of its settings, where it cannot be read off the definition. */
  readonly schema?: JsonSchema
}
export type ChannelTypes = { readonly [type: string]: ChannelType }

export interface ChannelSetting {
  readonly type: string
  /** As the channel's own schema gives it. */
  readonly config: unknown
}

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export const logFormats = ['auto', 'json', 'text'] as const
export const roles = ['all', 'api', 'worker'] as const

const dkimSettingSchema = z
  .strictObject({
    ...dkimKeySchema.shape,
    privateKey: dkimKeySchema.shape.privateKey.describe('PEM of an RSA or Ed25519 key').optional(),
    privateKeyFile: z.string().min(1).describe('A file that holds the PEM').optional(),
  })
  .refine((key) => (key.privateKey === undefined) !== (key.privateKeyFile === undefined), {
    error: 'must have either privateKey or privateKeyFile',
  })

/** One channel: `type` chooses whose schema reads the rest. */
const channelSchema = (types: ChannelTypes) =>
  z.record(z.string(), z.unknown()).transform((entry, context): ChannelSetting => {
    const { type, ...rest } = entry
    const known = typeof type === 'string' && Object.hasOwn(types, type) ? types[type] : undefined
    if (known === undefined || typeof type !== 'string') {
      context.addIssue({
        code: 'invalid_value',
        values: Object.keys(types),
        path: ['type'],
        input: type,
      })
      return z.NEVER
    }
    const parsed = known.definition.config.safeParse(rest)
    if (parsed.success) return { type, config: parsed.data }
    context.issues.push(
      ...parsed.error.issues.map((issue) => ({ ...issue, input: issue.input }) as z.core.$ZodRawIssue),
    )
    return z.NEVER
  })

/** The settings of a daemon, as broadsheet.yaml says them: what the engine needs at the top level, beside
 *  what only the daemon needs. */
export function appConfigSchema(types: ChannelTypes) {
  const { secrets, ...engine } = engineConfigSchema.shape
  return z
    .strictObject({
      data: z.string().min(1).default('./broadsheet-data').describe('Folder for everything that is kept'),
      store: z
        .string()
        .regex(
          /^(memory:|sqlite:.+|postgres(ql)?:\/\/.+)/,
          'must be "memory:", "sqlite:FILE" or "postgres://USER:PASSWORD@HOST/NAME"',
        )
        .optional()
        .describe(
          'Where it is kept: "sqlite:FILE", "postgres://USER:PASSWORD@HOST/NAME" or "memory:". Default: sqlite:<data>/broadsheet.db',
        ),
      postgres: z
        .strictObject({
          connections: z.int().min(2).max(200).default(16).describe('Of one daemon, at most'),
          replica: z
            .string()
            .regex(/^postgres(ql)?:\/\/.+/, 'must be "postgres://USER:PASSWORD@HOST/NAME"')
            .nullable()
            .default(null)
            .describe('A streaming replica for exports and reports'),
          replicaLagMs: z
            .int()
            .min(0)
            .default(5000)
            .describe('A replica that is further behind is not asked'),
        })
        .prefault({}),
      redis: z
        .string()
        .regex(
          /^(rediss?|redis\+cluster|rediss\+cluster):\/\/.+/,
          'must be "redis://HOST", "rediss://HOST" or "redis+cluster://HOST,HOST"',
        )
        .nullable()
        .default(null)
        .describe(
          'Queue, limits and live news of several daemons: "redis://USER:PASSWORD@HOST". Default: none',
        ),
      role: z
        .enum(roles)
        .default('all')
        .describe('api: answers requests. worker: sends, and answers probes only. all: both'),
      http: httpSchema.prefault({}),
      log: z
        .strictObject({
          level: z.enum(logLevels).default('info').describe('The least that is logged'),
          format: z.enum(logFormats).default('auto').describe('auto: text on a terminal, JSON elsewhere'),
        })
        .prefault({}),
      metrics: z
        .strictObject({
          token: z
            .string()
            .min(16)
            .nullable()
            .default(null)
            .describe('Prometheus must send it as its bearer token to read /metrics. Default: anybody may'),
        })
        .prefault({}),
      tracing: tracingSchema.prefault({}).describe('Spans for OpenTelemetry (docs/observability.md)'),
      dns: z
        .strictObject({
          servers: z
            .array(z.string().min(1))
            .default([])
            .describe(
              'Name servers that are asked about senders: "192.0.2.53" or "192.0.2.53:5353". Default: the system\'s',
            ),
        })
        .prefault({}),
      plugins: pluginsSchema,
      channels: z
        .record(slugSchema, channelSchema(types))
        .optional()
        .describe(
          'Ways out, by the name that campaigns use. Default: "file", which writes letters to <data>/outbox',
        ),
      egress: z
        .strictObject({
          allow: z
            .array(
              z.string().superRefine((entry, context) => {
                const message = egressProblem(entry)
                if (message !== null) context.addIssue({ code: 'custom', message })
              }),
            )
            .default([])
            .describe(
              'What feeds and channels may reach beside the public internet: addresses, networks, host names',
            ),
          ports: z
            .array(z.int().min(1).max(65_535))
            .default([80, 443, 8080, 8443])
            .describe('Ports of everything else'),
        })
        .prefault({}),
      secrets: secrets
        .optional()
        .describe('Sign links and Message-IDs. Default: made at the first start and kept in <data>/secrets'),
      vaultKeys: z
        .array(z.string().min(32, 'must have at least 32 characters'))
        .min(1)
        .optional()
        .describe(
          'Seal what is secret in the database, such as second factors: the first one seals, all of them open. Default: made when it is needed and kept in <data>/vault; with Postgres there is no default',
        ),
      ...engine,
      publicUrl: engine.publicUrl
        .unwrap()
        .optional()
        .describe(
          'Where subscribers reach this daemon: links in letters begin with it. Default: http://localhost:PORT',
        ),
      dkim: z
        .array(dkimSettingSchema)
        .default([])
        .describe('Keys that sign letters; several for one domain sign all at once'),
      access: accessSchema.prefault({}).describe('Who signs in, and for how long'),
      pages: pagesSchema.prefault({}),
      feedback: feedbackSchema.prefault({}),
    })
    .superRefine(({ store = 'sqlite:', redis, role, secrets, postgres, ...said }, context) => {
      const shared = store.startsWith('postgres')
      const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message })
      const known = said.channels === undefined ? ['file'] : Object.keys(said.channels)
      for (const [name, others] of Object.entries(said.failover))
        for (const [i, channel] of [name, ...others].entries())
          if (!known.includes(channel))
            refuse(
              i === 0 ? ['failover', name] : ['failover', name, String(i - 1)],
              `there is no channel named "${channel}". Configured: ${known.join(', ')}`,
            )
      if (role !== 'all' && !shared)
        refuse(['role'], `"${role}" needs a store that several daemons share: set "store" to postgres://...`)
      if (redis !== null && !shared)
        refuse(
          ['redis'],
          'is for several daemons on one store: set "store" to postgres://..., or leave it out',
        )
      if (postgres.replica !== null && !shared)
        refuse(['postgres', 'replica'], 'needs "store" to be postgres://...')
      if (shared && secrets === undefined)
        refuse(
          ['secrets'],
          'are needed with Postgres, the same on every daemon: they sign the links in letters. "openssl rand -base64 32" makes one',
        )
    })
}
export type AppConfigInput = z.output<ReturnType<typeof appConfigSchema>>

const asSaid = { io: 'input', unrepresentable: 'any' } as const

/** The JSON Schema of what one kind of channel is set to, without `type`. */
export function channelSettingsSchema({ definition, schema }: ChannelType): JsonSchema {
  const own = (schema ?? z.toJSONSchema(definition.config, asSaid)) as JsonSchema & { $schema?: string }
  const { $schema: _, ...rest } = own
  return rest
}

/** The JSON Schema of broadsheet.yaml, with the settings of every kind of channel. */
export function jsonSchemaOf(types: ChannelTypes): JsonSchema {
  const whole = z.toJSONSchema(appConfigSchema(types), {
    ...asSaid,
    override: ({ jsonSchema }) => {
      // "an integer up to 2^53 - 1" says nothing.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
    },
  }) as JsonSchema
  const kinds = Object.entries(types).map(([type, kind]) => {
    const own = channelSettingsSchema(kind)
    return { ...own, properties: { type: { const: type }, ...own.properties } }
  })
  const channels = whole.properties?.channels ?? {}
  return {
    title: 'Broadsheet settings',
    ...whole,
    properties: { ...whole.properties, channels: { ...channels, additionalProperties: { oneOf: kinds } } },
  } as JsonSchema
}

/** `type` may be left out where the channel is called like its kind. */
export function nameTypes(root: Record<string, unknown>, types: ChannelTypes): void {
  const channels = root.channels
  if (!isRecord(channels)) return
  for (const [name, entry] of Object.entries(channels))
    if (isRecord(entry) && !('type' in entry) && Object.hasOwn(types, name)) entry.type = name
}
