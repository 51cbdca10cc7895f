import { BroadsheetError } from '../../../../engine/errors.ts'
import type { Alert } from '../../../../engine/model/alert.ts'
import type { Client } from '../../daemon/client.ts'
import { pathTo } from '../../daemon/find.ts'

/** An alert by its id, or by the key of one that is open, else of the last one with it. */
export async function foundAlert(client: Client, idOrKey: string): Promise<Alert> {
  if (/^[1-9]\d{0,14}$/.test(idOrKey)) {
    try {
      return await client.get<Alert>(pathTo('alerts', idOrKey))
    } catch (error) {
      if (!(error instanceof BroadsheetError) || error.code !== 'E_NOT_FOUND') throw error
    }
  }
  const { data } = await client.get<{ data: readonly Alert[] }>('/alerts', { key: idOrKey, limit: 1 })
  const [last] = data
  if (last !== undefined) return last
  throw new BroadsheetError(
    'E_NOT_FOUND',
    `No alert has the id or the key "${idOrKey}". "broadsheet alert list" shows those there are.`,
  )
}
