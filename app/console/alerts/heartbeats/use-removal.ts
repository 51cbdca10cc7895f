import { useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { call } from '../../api/client.ts'
import type { Heartbeat } from '../../api/operations.ts'
import { markStale } from '../../api/queries.ts'
import { useHidden } from '../../parts/hidden.ts'
import { useLater } from '../../parts/undo.tsx'
import { useWords } from '../../words/index.tsx'

/** Removes a heartbeat in a moment, with its alert; until then it can be taken back. */
export function useRemoval(): (heartbeat: Heartbeat) => void {
  const words = useWords().alerts.heartbeats
  const client = useQueryClient()
  const later = useLater()
  const { hide, show } = useHidden()
  return useCallback(
    ({ id, name }) =>
      later({
        says: words.removed(name),
        act: async () => {
          await call('DELETE /heartbeats/{idOrName}', { path: { idOrName: id } })
          await markStale(client, 'GET /heartbeats', 'GET /alerts')
        },
        hide: () => hide(`heartbeats/${id}`),
        show: () => show(`heartbeats/${id}`),
      }),
    [words, client, later, hide, show],
  )
}
