import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { defined, textOf } from '../parts/search.ts'
import { root } from '../shell/root.tsx'

export const settingRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: '/settings',
    component: lazyRouteComponent(() => import('./display.tsx'), 'Display'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/settings/account',
    component: lazyRouteComponent(() => import('./account/account.tsx'), 'Account'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/settings/users',
    validateSearch: ({ show }: { show?: unknown }) => defined({ show: textOf(show) }),
    component: lazyRouteComponent(() => import('./users/users.tsx'), 'Users'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/settings/keys',
    component: lazyRouteComponent(() => import('./keys/keys.tsx'), 'Keys'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/settings/audit',
    validateSearch: (search: { [name: string]: unknown }) =>
      defined({
        caller: textOf(search.caller),
        action: textOf(search.action),
        subject: textOf(search.subject),
        from: textOf(search.from),
        until: textOf(search.until),
      }),
    component: lazyRouteComponent(() => import('./audit/audit.tsx'), 'Audit'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/settings/about',
    component: lazyRouteComponent(() => import('./about.tsx'), 'About'),
  }),
] as const
