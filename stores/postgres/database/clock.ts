import { silentLog } from '../../../engine/log.ts'
import type { EpochMs } from '../../../engine/model/ids.ts'
import { connect } from './connect.ts'

/** What time it is there, by a connection of its own. Rejects where it cannot be reached. */
export async function clockOf(url: string): Promise<EpochMs> {
  const connection = connect({ url, connections: 1, log: silentLog })
  try {
    const row = await connection.db.one<{ now: number }>(
      'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now',
    )
    return Math.round(row!.now)
  } finally {
    await connection.close()
  }
}
