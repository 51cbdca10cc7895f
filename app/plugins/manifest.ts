import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { BroadsheetError } from '../../engine/errors.ts'
import { slugSchema } from '../../engine/model/values.ts'
import { addressProblem } from './address.ts'
import { type ApiRange, parseApiRange } from './api-range.ts'

/** Variables that would change how the process itself runs, and Broadsheet's own. */
const closedVariables = /^(BROADSHEET_|NODE_|LD_|DYLD_|SSL_|OPENSSL_|UV_|V8_)/

export const variableSchema = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable')
  .refine((name) => !closedVariables.test(name), 'is not a variable that plugins can have')

export const addressSchema = z.string().superRefine((text, context) => {
  const message = addressProblem(text)
  if (message !== null) context.addIssue({ code: 'custom', message })
})

/** The `broadsheet` field of a plugin's package.json. */
const manifestSchema = z.strictObject({
  /** The word for `type:` under `channels:`. */
  name: slugSchema,
  /** The module whose default export `defineChannel` made, within the package. */
  channel: z.string().regex(/^\.\//, 'must be a path that begins with "./"'),
  /** Of channel APIs: "1", "1 - 2", "1 || 3". */
  api: z.union([z.string(), z.int().transform(String)]),
  content: z.enum(['mime', 'note']).default('note'),
  env: z.array(variableSchema).max(50).default([]),
  addresses: z.array(addressSchema).max(50).default([]),
  /** Settings that are valid, for `plugin check`, `plugin test` and readers. */
  example: z.record(z.string(), z.unknown()).optional(),
})

export interface Manifest extends Omit<z.output<typeof manifestSchema>, 'api'> {
  readonly api: ApiRange
  readonly package: { readonly name: string; readonly version: string }
}

/** What the package in that folder says of itself. Refuses with E_CONFIG, naming what is wrong where. */
export function readManifest(folder: string): Manifest {
  const file = join(folder, 'package.json')
  const said = parse(file)
  if (typeof said !== 'object' || said === null || !('broadsheet' in said))
    throw refusal(file, ['has no field "broadsheet": it is no plugin of Broadsheet'])
  const { name, version, broadsheet } = said as Record<string, unknown>
  const parsed = manifestSchema.safeParse(broadsheet)
  if (!parsed.success)
    throw refusal(
      file,
      parsed.error.issues.map(({ path, message }) => `${['broadsheet', ...path].join('.')}: ${message}`),
    )
  const api = parseApiRange(parsed.data.api)
  if (api === null)
    throw refusal(file, [`broadsheet.api: "${parsed.data.api}" is no range such as "1", "1 - 2" or "1 || 3"`])
  return {
    ...parsed.data,
    api,
    package: { name: textOr(name, parsed.data.name), version: textOr(version, '0.0.0') },
  }
}

function parse(file: string): unknown {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw refusal(file, [missing ? 'there is no such file' : (error as Error).message])
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw refusal(file, [`is not JSON: ${(error as Error).message}`])
  }
}

const refusal = (file: string, wrong: readonly string[]): BroadsheetError =>
  new BroadsheetError('E_CONFIG', `${file}: ${wrong.join('; ')}`)

const textOr = (value: unknown, otherwise: string): string =>
  typeof value === 'string' && value !== '' ? value.slice(0, 200) : otherwise
