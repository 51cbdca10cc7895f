import { z } from 'zod'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { Page } from '../../../engine/model/ids.ts'

const encode = (position: number): string => Buffer.from(String(position)).toString('base64url')

/** `after` of a list; ids are above 0, other positions may be below. */
export const cursorSchema = z
  .string()
  .max(64)
  .transform((cursor, context) => {
    const text = Buffer.from(cursor, 'base64url').toString('latin1')
    const position = /^-?\d{1,16}$/.test(text) && encode(Number(text)) === cursor ? Number(text) : null
    if (position !== null) return position
    context.addIssue({ code: 'custom', message: 'must be the `next` of the page before' })
    return z.NEVER
  })

/** The query of every list that is read in pages. */
export const pageQuery = {
  limit: z
    .string()
    .regex(/^\d{1,4}$/, 'must be a number from 1 to 1000')
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= 1000, 'must be a number from 1 to 1000')
    .default(50)
    .describe('Rows a page, 1 to 1000.'),
  after: cursorSchema.default(0).describe('The `next` of the page before; leave it out for the first page.'),
}

export const pageOf = <T extends z.ZodType>(row: T) =>
  z.object({
    data: z.array(row),
    next: z.string().nullable().describe('Goes into `after` for the page behind this one; null at the end.'),
  })

/** A store's page as an answer. */
export const toPage = <T, V>(page: Page<T>, view: (row: T) => V): { data: V[]; next: string | null } => ({
  data: page.rows.map(view),
  next: page.next === null ? null : encode(page.next),
})

const idText = z
  .string()
  .regex(/^[1-9]\d{0,15}$/, 'must be an id, e.g. 42')
  .transform(Number)

export const idParams = z.strictObject({ id: idText })

export const idOrNameParams = z.strictObject({
  idOrName: z
    .string()
    .min(1)
    .max(64)
    .describe('An id, or a name. Digits alone are an id first, then a name.'),
})

/** A query's id, such as `?publication=42`. */
export const idQuery = idText.optional()

/** Find a named thing by id or name. Rejects with E_NOT_FOUND. */
export async function byIdOrName<T>(
  what: string,
  idOrName: string,
  find: {
    readonly get: (id: number) => Promise<T | null>
    readonly byName: (name: string) => Promise<T | null>
  },
): Promise<T> {
  const id = /^[1-9]\d{0,15}$/.test(idOrName) ? Number(idOrName) : null
  const found = (id === null ? null : await find.get(id)) ?? (await find.byName(idOrName))
  if (found === null) throw notFound(what, idOrName)
  return found
}

export const notFound = (what: string, idOrName: string | number): BroadsheetError =>
  new BroadsheetError(
    'E_NOT_FOUND',
    typeof idOrName === 'number' || /^\d+$/.test(idOrName)
      ? `There is no ${what} ${idOrName}.`
      : `There is no ${what} "${idOrName}".`,
  )
