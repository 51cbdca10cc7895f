import { z } from 'zod'
import { type CheckActions, checkActions, checkNames } from '../../../engine/audience/address-check.ts'
import { presetNames } from '../../../engine/audience/columns/presets.ts'
import { encodings } from '../../../engine/audience/files/encoding.ts'
import { importFormats } from '../../../engine/audience/import/import.ts'
import type { ImportId } from '../../../engine/model/ids.ts'
import { slugSchema, textSchema } from '../../../engine/model/values.ts'
import { mergeRules } from '../../../engine/ports/subscribers.ts'

const flag = (what: string) => z.literal('1').optional().describe(what)

const checkSchema = z
  .string()
  .max(200)
  .transform((text, context): CheckActions => {
    const actions: { -readonly [K in keyof CheckActions]: CheckActions[K] } = {}
    for (const part of text.split(',')) {
      const [name, action = 'warn'] = part.split('=').map((piece) => piece.trim())
      const known = checkNames.find((each) => each === name)
      const does = checkActions.find((each) => each === action)
      if (known === undefined || does === undefined) {
        context.addIssue({
          code: 'custom',
          message: `"${part.slice(0, 40)}" must be one of ${checkNames.join(', ')}, "=" and one of ${checkActions.join(', ')}`,
        })
        return z.NEVER
      }
      actions[known] = does
    }
    return actions
  })
  .optional()
  .describe(
    'What to do about odd addresses: `role=reject,disposable=reject,typo=warn,mx=off`. Default: nothing.',
  )

const mapSchema = z
  .string()
  .max(20_000)
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text)
    } catch {
      context.addIssue({ code: 'custom', message: 'must be a JSON object such as {"E-Mail": "address"}' })
      return z.NEVER
    }
  })
  .pipe(z.record(z.string().max(200), z.string().max(100)))
  .optional()
  .describe(
    'JSON: what columns are for, e.g. `{"E-Mail": "address", "Land": "attributes.country", "Notes": "ignored"}`.',
  )

/** What every import takes. */
export const importQuery = {
  format: z.enum(importFormats).optional().describe('Default: by Content-Type, else seen from the file.'),
  encoding: z.enum(encodings).optional().describe('Default: seen from the file.'),
  delimiter: z.string().length(1).optional().describe('Between cells. Default: seen from the file.'),
  entry: z
    .string()
    .max(300)
    .optional()
    .describe('A file of a ZIP archive, or a sheet of a workbook. Default: the first.'),
  name: textSchema.max(300).optional().describe('Of the file, to know the import by.'),
  map: mapSchema,
  dryRun: flag('Say what would become of every row, and write nothing.'),
  resume: z
    .string()
    .regex(/^[1-9]\d{0,15}$/, 'must be an id, e.g. 42')
    .transform((text) => Number(text) as ImportId)
    .optional()
    .describe('Go on with this import: send the same file again. The options of its beginning count.'),
  progress: flag(
    'Answer NDJSON: an `import` line with the id, `progress` lines while it goes on, then one `result` or `problem` line.',
  ),
  rejects: flag(
    'With `progress`: a `reject` line for every row that is refused, with what stood there. Read while you send.',
  ),
}

export const subscriberImportQuery = {
  ...importQuery,
  lists: z
    .string()
    .max(6500)
    .transform((text) => text.split(',').filter((name) => name !== ''))
    .pipe(z.array(slugSchema).max(100))
    .default([])
    .describe('Names of lists that every row joins, separated by commas.'),
  createLists: flag('Make lists that rows name and that do not exist.'),
  merge: z
    .enum(mergeRules)
    .default('overwrite')
    .describe('For known people: overwrite what is there, fill what is empty, or keep them as they are.'),
  preset: z
    .enum([...presetNames, 'none'])
    .optional()
    .describe('Whose export it is. Default: seen from the columns.'),
  check: checkSchema,
}
