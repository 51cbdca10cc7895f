import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { defined, textOf } from '../parts/search.ts'
import { root } from '../shell/root.tsx'

export const channelRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: '/channels',
    component: lazyRouteComponent(() => import('./channels.tsx'), 'Channels'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/channels/set-up',
    validateSearch: (search): { readonly type?: string } => defined({ type: textOf(search.type) }),
    component: lazyRouteComponent(() => import('./set-up/set-up.tsx'), 'SetUp'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/system',
    component: lazyRouteComponent(() => import('./system/system.tsx'), 'System'),
  }),
] as const
