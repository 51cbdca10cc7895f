import { useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react'
import type { Fact } from '../../../engine/model/progress.ts'
import { addressOf } from './client.ts'
import { markStale } from './queries.ts'

export type FactType = Fact['type']
export type FactOf<T extends FactType> = Extract<Fact, { readonly type: T }>
type Listener = (fact: Fact) => void

/** `off`: not connected yet, or not any more; the browser tries again by itself. */
export type LiveState = 'on' | 'off'

const LiveContext = createContext<{
  readonly state: LiveState
  readonly listen: (listener: Listener) => () => void
} | null>(null)

/** What each fact makes stale. Progress is not among them: it brings the numbers along. */
const staleBy = {
  'campaign.changed': [
    'GET /campaigns',
    'GET /campaigns/{idOrName}',
    'GET /campaigns/{idOrName}/deliveries',
    'GET /campaigns/{idOrName}/reasons',
    'GET /campaigns/{idOrName}/editions',
    'GET /campaigns/{idOrName}/progress',
    'GET /publications',
    'GET /publications/{id}',
    'GET /calendar',
  ],
  'publication.progress': [],
  'edition.skipped': ['GET /campaigns/{idOrName}/editions', 'GET /calendar'],
  'channel.changed': ['GET /channels'],
  'channel.slowed': ['GET /channels'],
  'letter.returned': ['GET /suppressions'],
  'alert.changed': ['GET /alerts', 'GET /alerts/{id}', 'GET /alerts/held'],
  'silence.changed': ['GET /silences', 'GET /alerts/held', 'GET /alerts/routes'],
  'heartbeat.changed': ['GET /heartbeats', 'GET /heartbeats/{idOrName}'],
  'notification.told': ['GET /notifications', 'GET /alerts/{id}'],
  'analytics.counted': [
    'GET /analytics/totals',
    'GET /analytics/timeline',
    'GET /analytics/publications/{id}',
    'GET /analytics/publications/{id}/timeline',
    'GET /analytics/publications/{id}/links',
    'GET /analytics/publications/{id}/by/{dimension}',
    'GET /analytics/campaigns/{idOrName}',
    'GET /analytics/alerts',
    'GET /analytics/status',
    'GET /analytics/topics',
    'GET /analytics/domains',
  ],
} as const satisfies { readonly [T in FactType]: readonly Parameters<typeof markStale>[1][] }

const factTypes = Object.keys(staleBy) as FactType[]
// However much happens, each list is asked again at most so often.
const pauseMs = 1000

/** One stream for the page: facts as they happen, and lists asked again when they have changed. */
export function Live({ children }: { readonly children: ReactNode }): ReactNode {
  const client = useQueryClient()
  const [state, setState] = useState<LiveState>('off')
  const listeners = useRef(new Set<Listener>())

  useEffect(() => {
    const due = new Set<Parameters<typeof markStale>[1]>()
    let timer: ReturnType<typeof setTimeout> | null = null
    let last = 0
    const flush = (): void => {
      timer = null
      last = Date.now()
      void markStale(client, ...due)
      due.clear()
    }
    const heard = (message: MessageEvent<string>): void => {
      const fact = JSON.parse(message.data) as Fact
      for (const name of staleBy[fact.type]) due.add(name)
      if (fact.type === 'publication.progress') {
        const { progress } = fact
        client.setQueriesData<{ readonly campaignId: number }>(
          { queryKey: ['GET /campaigns/{idOrName}/progress'] },
          (old) => (old?.campaignId === progress.campaignId ? progress : old),
        )
      }
      for (const listener of listeners.current) listener(fact)
      if (due.size > 0) timer ??= setTimeout(flush, Math.max(0, last + pauseMs - Date.now()))
    }
    let wasOn = false
    const stream = new EventSource(addressOf('GET /stream'))
    stream.onopen = () => {
      setState('on')
      // Nobody told what happened meanwhile.
      if (wasOn) void client.invalidateQueries()
      wasOn = true
    }
    stream.onerror = () => setState('off')
    for (const type of factTypes) stream.addEventListener(type, heard)
    return () => {
      stream.close()
      if (timer !== null) clearTimeout(timer)
    }
  }, [client])

  const [listen] = useState(() => (listener: Listener) => {
    listeners.current.add(listener)
    return () => void listeners.current.delete(listener)
  })
  return <LiveContext value={{ state, listen }}>{children}</LiveContext>
}

export const useLiveState = (): LiveState => useContext(LiveContext)?.state ?? 'off'

/** Hear facts of one type while the component is there. */
export function useFact<T extends FactType>(type: T, heard: (fact: FactOf<T>) => void): void {
  const live = useContext(LiveContext)
  const latest = useRef(heard)
  useEffect(() => {
    latest.current = heard
  })
  useEffect(
    () =>
      live?.listen((fact) => {
        if (fact.type === type) latest.current(fact as FactOf<T>)
      }),
    [live, type],
  )
}
