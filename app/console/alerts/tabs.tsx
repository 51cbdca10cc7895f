import { useRouterState } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Subnav } from '../parts/subnav.tsx'
import { useWords } from '../words/index.tsx'

const places = [
  '/alerts',
  '/alerts/silences',
  '/alerts/rules',
  '/alerts/heartbeats',
  '/alerts/notifications',
] as const

/** The screens of alerts. */
export function AlertTabs(): ReactNode {
  const words = useWords().alerts.tabs
  const pathname = useRouterState({ select: ({ location }) => location.pathname })
  return (
    <Subnav
      label={words.label}
      places={places.map((to) => ({
        to,
        label: words[to],
        here: pathname === to || (to !== '/alerts' && pathname.startsWith(`${to}/`)),
      }))}
    />
  )
}
