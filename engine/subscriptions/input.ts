import { BroadsheetError } from '../errors.ts'
import type { List } from '../model/list.ts'
import type { Store } from '../ports/store.ts'

interface ZodIssues {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]
}

/** Refuses with E_INPUT, naming every place. */
export function parse<T>(
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false; error: ZodIssues } },
  value: unknown,
): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issues = result.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
  throw new BroadsheetError(
    'E_INPUT',
    `${issues.map(({ path, message }) => `${path || 'the input'} ${message}`).join('; ')}.`,
    { issues },
  )
}

/** Refuses with E_INPUT, naming every list that does not exist. */
export async function listsByName(
  store: Pick<Store, 'lists'>,
  names: readonly string[],
  path: string,
): Promise<readonly List[]> {
  const found = new Map((await store.lists.byName(names)).map((list) => [list.name, list]))
  const issues = names.flatMap((name, i) =>
    found.has(name) ? [] : [{ path: `${path}[${i}]`, message: `There is no list named "${name}".` }],
  )
  if (issues.length > 0)
    throw new BroadsheetError('E_INPUT', issues.map(({ message }) => message).join(' '), { issues })
  return [...new Set(names)].flatMap((name) => found.get(name) ?? [])
}

/** Without the keys that say nothing. */
export const definedOf = <T extends object>(input: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
