import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { defined, oneOf, textOf, textsOf } from '../parts/search.ts'
import { root } from '../shell/root.tsx'
import { severities } from './severities.ts'
import { matchersOf } from './silences/matchers.ts'

export const shows = ['open', 'all', 'firing', 'acknowledged', 'escalated', 'resolved', 'expired'] as const

export const alertRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: '/alerts',
    validateSearch: ({ show, severity, topic, text, by }: Record<string, unknown>) =>
      defined({
        show: oneOf(show, shows),
        severity: oneOf(severity, severities),
        topic: textOf(topic),
        text: textOf(text),
        by: textOf(by),
      }),
    component: lazyRouteComponent(() => import('./list/alert-list.tsx'), 'AlertList'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/alerts/new',
    component: lazyRouteComponent(() => import('./report.tsx'), 'ReportAlert'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/alerts/silences',
    validateSearch: ({ over }: Record<string, unknown>) => (over === true ? { over } : {}),
    component: lazyRouteComponent(() => import('./silences/list.tsx'), 'SilenceList'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/alerts/silences/new',
    validateSearch: ({ matchers }: Record<string, unknown>) => defined({ matchers: matchersOf(matchers) }),
    component: lazyRouteComponent(() => import('./silences/new.tsx'), 'NewSilence'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/alerts/rules',
    validateSearch: ({ label }: Record<string, unknown>) => defined({ label: textsOf(label) }),
    component: lazyRouteComponent(() => import('./rules/rules.tsx'), 'AlertRules'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/alerts/heartbeats',
    component: lazyRouteComponent(() => import('./heartbeats/list.tsx'), 'HeartbeatList'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/alerts/heartbeats/new',
    component: lazyRouteComponent(() => import('./heartbeats/new.tsx'), 'NewHeartbeat'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/alerts/heartbeats/$id',
    component: lazyRouteComponent(() => import('./heartbeats/one.tsx'), 'OneHeartbeat'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/alerts/notifications',
    component: lazyRouteComponent(() => import('./notifications/log.tsx'), 'NotificationLog'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/alerts/notifications/$id',
    component: lazyRouteComponent(() => import('./notifications/one.tsx'), 'OneNotification'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/alerts/$id',
    component: lazyRouteComponent(() => import('./one/one-alert.tsx'), 'OneAlert'),
  }),
] as const
