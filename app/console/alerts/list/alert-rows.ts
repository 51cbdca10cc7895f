import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import type { Alert } from '../../api/operations.ts'
import { read, readPages } from '../../api/queries.ts'
import type { shows } from '../routes.ts'
import { severities } from '../severities.ts'

export interface AlertFilter {
  readonly show?: (typeof shows)[number]
  readonly severity?: (typeof severities)[number]
  readonly topic?: string
  readonly text?: string
}

/** `silenced`, `inhibited`: it is taken in and shown, but not told. */
export type Hold = 'silenced' | 'inhibited'

export const isOpen = ({ endedAt }: Alert): boolean => endedAt === null

const rank = (alert: Alert): number =>
  (alert.acknowledged === null ? 4 : 0) + severities.indexOf(alert.severity)
/** Those that nobody takes care of first, the worst of them first, the newest of these first. */
const byNeed = (one: Alert, other: Alert): number =>
  rank(other) - rank(one) || other.startsAt - one.startsAt || other.id - one.id

/** All that are open, and behind them, where asked for, those that are over, page by page. */
export function useAlertRows({ show = 'open', severity, topic, text = '' }: AlertFilter) {
  const wantsOpen = show !== 'resolved' && show !== 'expired'
  const wantsOver = show === 'all' || show === 'resolved' || show === 'expired'
  const found = text.trim()
  const given = { ...(severity && { severity }), ...(topic && { topic }), ...(found && { text: found }) }
  const state = show === 'open' || show === 'all' ? {} : { state: show }
  const open = useInfiniteQuery({
    ...readPages('GET /alerts', { query: { ...given, ...state, open: 'true', limit: 500 } }),
    enabled: wantsOpen,
  })
  const over = useInfiniteQuery({
    ...readPages('GET /alerts', { query: { ...given, ...state, open: 'false', limit: 100 } }),
    enabled: wantsOver,
  })
  const held = useQuery({ ...read('GET /alerts/held'), enabled: wantsOpen })
  // Their order is ours: all of them have to be here.
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = open
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])

  const rows = useMemo(() => {
    const now = wantsOpen ? (open.data?.pages.flatMap(({ data }) => data) ?? []) : []
    const before = wantsOver ? (over.data?.pages.flatMap(({ data }) => data) ?? []) : []
    return [...now.toSorted(byNeed), ...before]
  }, [open.data, over.data, wantsOpen, wantsOver])
  const holds = useMemo(
    () =>
      new Map<number, Hold>(
        held.data?.data.map(({ alertId, silencedBy }) => [
          alertId,
          silencedBy.length > 0 ? 'silenced' : 'inhibited',
        ]),
      ),
    [held.data],
  )
  return {
    rows,
    holds,
    loading: (wantsOpen && open.isPending) || (wantsOver && over.isPending),
    error: (wantsOpen ? open.error : null) ?? (wantsOver ? over.error : null),
    retry: () => void Promise.all([wantsOpen && open.refetch(), wantsOver && over.refetch()]),
    more: wantsOver ? over : open,
  }
}
