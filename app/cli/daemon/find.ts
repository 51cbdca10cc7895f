import type { ChannelState } from '../../../engine/engine.ts'
import { BroadsheetError } from '../../../engine/errors.ts'
import { nearest } from '../../config/nearest.ts'
import type { Client } from './client.ts'

export const pathTo = (collection: string, key: string | number, rest = ''): string =>
  `/${collection}/${encodeURIComponent(String(key))}${rest}`

export interface ChannelView {
  readonly name: string
  readonly state: ChannelState
  readonly detail: string | null
}

export const channelsOf = async (client: Client): Promise<readonly ChannelView[]> =>
  (await client.get<{ data: readonly ChannelView[] }>('/channels')).data

const shownNames = 8

/** The thing of that name or id. A name that nothing has is answered with the one that was probably meant. */
export async function find<T>(client: Client, collection: string, what: string, key: string): Promise<T> {
  try {
    return await client.get<T>(pathTo(collection, key))
  } catch (error) {
    if (!(error instanceof BroadsheetError) || error.code !== 'E_NOT_FOUND') throw error
    throw notNamed(what, key, await client.all<{ name: string }>(`/${collection}`))
  }
}

/** A name that nothing has, with the one that was probably meant, or those that there are. */
export function notNamed(
  what: string,
  key: string,
  present: readonly { readonly name: string }[],
): BroadsheetError {
  const names = present.map(({ name }) => name)
  return new BroadsheetError('E_NOT_FOUND', `No ${what} named "${key}".${suggestion(key, names, what)}`)
}

function suggestion(key: string, names: readonly string[], what: string): string {
  const meant = nearest(key, names)
  if (meant !== null) return ` Did you mean "${meant}"?`
  if (names.length === 0) return ` There is no ${what} yet.`
  const more = names.length > shownNames ? ` and ${names.length - shownNames} more` : ''
  return ` There ${names.length === 1 ? 'is' : 'are'}: ${names.slice(0, shownNames).join(', ')}${more}.`
}
