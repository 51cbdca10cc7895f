import { BroadsheetError } from '../errors.ts'
import type { ListId } from '../model/ids.ts'
import type { Store } from '../ports/store.ts'

/** Ids of lists by name. Rejects with E_NOT_FOUND, naming every list that does not exist. */
export async function listIds(
  store: Pick<Store, 'lists'>,
  names: readonly string[],
): Promise<readonly ListId[]> {
  const wanted = [...new Set(names)]
  if (wanted.length === 0) return []
  const found = await store.lists.byName(wanted)
  const ids = new Map(found.map((list) => [list.name, list.id]))
  const missing = wanted.filter((name) => !ids.has(name))
  if (missing.length > 0) {
    const quoted = missing.map((name) => `"${name}"`).join(', ')
    throw new BroadsheetError(
      'E_NOT_FOUND',
      `${missing.length === 1 ? 'There is no list' : 'There are no lists'} ${quoted}. Create ${
        missing.length === 1 ? 'it' : 'them'
      } first, or check the spelling.`,
    )
  }
  return wanted.map((name) => ids.get(name)!)
}
