import { createHashHistory, createRouter } from '@tanstack/react-router'
import { alertRoutes } from '../alerts/routes.ts'
import { analyticsRoutes } from '../analytics/routes.ts'
import { campaignRoutes } from '../campaigns/routes.ts'
import { channelRoutes } from '../channels/routes.ts'
import { contentRoutes } from '../content/routes.ts'
import { homeRoutes } from '../home/routes.ts'
import { settingRoutes } from '../settings/routes.ts'
import { subscriberRoutes } from '../subscribers/routes.ts'
import { Crashed } from './crashed.tsx'
import { root } from './root.tsx'

// Hash history: what is behind # never reaches a server, and the desktop's window needs no server that knows it.
export const router = createRouter({
  routeTree: root.addChildren([
    ...homeRoutes,
    ...campaignRoutes,
    ...alertRoutes,
    ...analyticsRoutes,
    ...subscriberRoutes,
    ...contentRoutes,
    ...channelRoutes,
    ...settingRoutes,
  ]),
  history: createHashHistory(),
  defaultPreload: 'intent',
  defaultErrorComponent: Crashed,
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
