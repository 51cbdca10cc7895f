import { Text } from '@mantine/core'
import {
  type Icon,
  IconBellRinging,
  IconHeartOff,
  IconMailQuestion,
  IconPencil,
  IconPlayerPause,
  IconPlugConnectedX,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { read } from '../api/queries.ts'
import { useCan } from '../shell/session.tsx'
import { useFormat, useWords } from '../words/index.tsx'
import style from './home.module.css'
import { Panel } from './panel.tsx'

interface Need {
  readonly key: string
  readonly icon: Icon
  readonly to: string
  readonly says: string
  readonly why?: string | null
}

/** What stands still until somebody does something: the most urgent first. */
export function Needs(): ReactNode {
  const words = useWords().home.needs
  const needs = useNeeds()
  return (
    <Panel title={words.title} minHeight={84}>
      {needs.length === 0 && (
        <Text size="sm" c="dimmed">
          {words.nothing}
        </Text>
      )}
      <ul className={style.lines}>
        {needs.map(({ key, icon: Sign, to, says, why }) => (
          <li key={key} data-need={key}>
            <Sign size={16} stroke={1.6} aria-hidden style={{ flexShrink: 0 }} />
            <Link to={to as '/'} className={style.link}>
              {says}
            </Link>
            <Text span size="xs" c="dimmed" className={style.grow} title={why ?? undefined}>
              {why}
            </Text>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function useNeeds(): readonly Need[] {
  const words = useWords().home.needs
  const format = useFormat()
  const can = useCan()
  const campaigns = can('campaigns:read')
  const of = (state: 'paused' | 'draft') => ({
    ...read('GET /campaigns', { query: { state, limit: 50 } }),
    enabled: campaigns,
  })
  const paused = useQuery(of('paused')).data?.data ?? []
  const drafts = useQuery(of('draft')).data?.data ?? []
  const runs =
    useQuery({ ...read('GET /publications', { query: { limit: 50 } }), enabled: campaigns }).data?.data ?? []
  const channels = useQuery({ ...read('GET /channels'), enabled: can('system:read') }).data?.data ?? []
  const escalated =
    useQuery({
      ...read('GET /alerts', { query: { state: 'escalated', limit: 50 } }),
      enabled: can('alerts:read'),
    }).data?.data ?? []
  const beats =
    useQuery({ ...read('GET /heartbeats', { query: { limit: 200 } }), enabled: can('alerts:read') }).data
      ?.data ?? []
  const address = (name: string | number): string => `/campaigns/${encodeURIComponent(name)}`
  const unknown = runs.filter(({ counts }) => counts.unknown > 0)
  return [
    ...escalated.map(
      ({ id, title }): Need => ({
        key: `alert ${id}`,
        icon: IconBellRinging,
        to: `/alerts/${id}`,
        says: title,
        why: words.escalated,
      }),
    ),
    ...channels
      .filter(({ state }) => state !== 'closed')
      .map(
        ({ name, detail }): Need => ({
          key: `channel ${name}`,
          icon: IconPlugConnectedX,
          to: '/channels',
          says: words.channel(name),
          why: detail,
        }),
      ),
    ...paused.map(
      ({ name, title, reason }): Need => ({
        key: `paused ${name}`,
        icon: IconPlayerPause,
        to: address(name),
        says: words.paused(title),
        why: reason,
      }),
    ),
    ...unknown.map(
      ({ id, campaignId, counts }): Need => ({
        key: `unknown ${id}`,
        icon: IconMailQuestion,
        to: address(campaignId),
        says: words.unknown(counts.unknown, format.count(counts.unknown)),
        why: words.unknownWhy,
      }),
    ),
    ...beats
      .filter(({ alarmed }) => alarmed)
      .map(
        ({ name, title }): Need => ({
          key: `heartbeat ${name}`,
          icon: IconHeartOff,
          to: '/alerts/heartbeats',
          says: words.silent(name),
          why: title,
        }),
      ),
    ...(drafts.length === 0
      ? []
      : [
          {
            key: 'drafts',
            icon: IconPencil,
            to: drafts.length === 1 ? address(drafts[0]!.name) : '/campaigns',
            says: words.drafts(drafts.length, format.count(drafts.length)),
            why: format.list(drafts.slice(0, 3).map(({ title }) => title)),
          },
        ]),
  ]
}
