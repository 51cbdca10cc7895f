import { z } from 'zod'
import { BroadsheetError } from '../../../../engine/errors.ts'
import { campaignInputSchema } from '../../../../engine/model/campaign.ts'
import { coerce } from '../../../config/env.ts'
import { childSchema, type JsonSchema } from '../../../config/json-schema.ts'
import { createTree, type Path } from '../../../config/tree.ts'

/** A campaign's settings from a file's table, under flags such as `selection.count=6`. Values of flags become
 *  what the schema wants there; whether it all fits is the daemon's to say. */
export function campaignSettings(
  file: Record<string, unknown>,
  flags: readonly { readonly path: string; readonly value: unknown }[],
): Record<string, unknown> {
  const schema = z.toJSONSchema(campaignInputSchema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  const tree = createTree()
  const origin = { source: 'campaign', base: '' }
  for (const [key, value] of Object.entries(file)) tree.set([key], value, origin)
  for (const { path, value } of flags) {
    const keys: Path = path.split('.')
    let here: JsonSchema | null = schema
    for (const [index, key] of keys.entries())
      here = here === null ? null : childSchema(here, key, tree.get(keys.slice(0, index)))
    tree.set(keys, typeof value === 'string' && here !== null ? coerce(value, here) : value, origin)
  }
  return tree.root
}

/** `SETTING=VALUE`. */
export function fieldFlag(text: string): { path: string; value: string } {
  const equals = text.indexOf('=')
  if (equals < 1)
    throw new BroadsheetError(
      'E_INPUT',
      `--field "${text}" must be SETTING=VALUE, such as --field selection.count=6.`,
    )
  return { path: text.slice(0, equals), value: text.slice(equals + 1) }
}
