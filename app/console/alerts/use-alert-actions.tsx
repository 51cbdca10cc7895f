import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { call } from '../api/client.ts'
import type { Alert } from '../api/operations.ts'
import { markStale } from '../api/queries.ts'
import { notifyDone, notifyFailed, useLater } from '../parts/undo.tsx'
import { useFormat, useWords } from '../words/index.tsx'
import { routingLabels } from './labels.tsx'
import { matchersFor } from './silences/matchers.ts'

export type AlertAction = 'acknowledge' | 'release' | 'resolve' | 'silence'

/** Which keys do them, on a row or on all that are chosen. */
export const actionKeys: { readonly [key: string]: AlertAction } = {
  a: 'acknowledge',
  u: 'release',
  e: 'resolve',
  s: 'silence',
}

export const mayBe: { readonly [A in AlertAction]: (alert: Alert) => boolean } = {
  acknowledge: ({ state }) => state === 'firing' || state === 'escalated',
  release: ({ state }) => state === 'acknowledged',
  resolve: ({ endedAt }) => endedAt === null,
  silence: ({ endedAt }) => endedAt === null,
}

/** What people do about alerts; each can be taken back for a moment. `hide` and `show` take some off the screen and bring them back. */
export function useAlertActions(screen?: {
  readonly hide: (ids: readonly number[]) => void
  readonly show: (ids: readonly number[]) => void
}): (action: AlertAction, alerts: readonly Alert[]) => void {
  const words = useWords().alerts.actions
  const format = useFormat()
  const client = useQueryClient()
  const navigate = useNavigate()
  const later = useLater()

  async function each(verb: 'acknowledge' | 'release' | 'resolve', ids: readonly number[]): Promise<void> {
    const results = await Promise.allSettled(
      ids.map((id) => call(`POST /alerts/{id}/${verb}`, { path: { id } })),
    )
    await markStale(client, 'GET /alerts', 'GET /alerts/{id}')
    const failed = results.find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }
  const done = (
    verb: 'acknowledge' | 'release',
    undo: 'acknowledge' | 'release',
    those: readonly Alert[],
  ) => {
    const ids = those.map(({ id }) => id)
    each(verb, ids).then(
      () =>
        notifyDone(words.done[verb](those.length, format.count(those.length), those[0]!.title), {
          label: words.takeBack,
          act: () => void each(undo, ids).catch(notifyFailed),
        }),
      notifyFailed,
    )
  }
  return (action, alerts) => {
    const those = alerts.filter(mayBe[action])
    const [first] = those
    if (first === undefined) return
    const ids = those.map(({ id }) => id)
    switch (action) {
      case 'acknowledge':
        return done('acknowledge', 'release', those)
      case 'release':
        return done('release', 'acknowledge', those)
      case 'resolve':
        return later({
          says: words.done.resolve(those.length, format.count(those.length), first.title),
          act: () => each('resolve', ids),
          ...(screen && { hide: () => screen.hide(ids), show: () => screen.show(ids) }),
        })
      case 'silence':
        void navigate({
          to: '/alerts/silences/new',
          search: { matchers: matchersFor(commonLabels(those)) },
        })
    }
  }
}

/** What all of them have in common; of a single alert all that it has. */
function commonLabels(alerts: readonly Alert[]): { readonly [name: string]: string } {
  const [first, ...others] = alerts.map(routingLabels)
  return Object.fromEntries(
    Object.entries(first ?? {}).filter(([name, value]) => others.every((labels) => labels[name] === value)),
  )
}
