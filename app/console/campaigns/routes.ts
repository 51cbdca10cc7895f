import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { defined, oneOf, textOf } from '../parts/search.ts'
import { root } from '../shell/root.tsx'
import { tabNames } from './tabs.ts'

const states = ['draft', 'scheduled', 'running', 'paused', 'finished', 'cancelled', 'failed'] as const
const deliveryStates = ['handing', 'sent', 'failed', 'retry', 'unknown', 'skipped', 'suppressed'] as const

export const campaignRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: '/campaigns',
    validateSearch: ({ state, search }: Record<string, unknown>) =>
      defined({ state: oneOf(state, states), search: textOf(search) }),
    component: lazyRouteComponent(() => import('./list/list.tsx'), 'CampaignList'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/campaigns/new',
    validateSearch: ({ from }: Record<string, unknown>) => defined({ from: textOf(from) }),
    component: lazyRouteComponent(() => import('./list/new.tsx'), 'NewCampaign'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/campaigns/$campaign',
    validateSearch: ({ tab, as, run, state }: Record<string, unknown>) =>
      defined({
        tab: oneOf(tab, tabNames),
        /** Whose letter is shown. */
        as: textOf(as),
        /** Id of a publication. */
        run: textOf(run),
        /** Of deliveries. */
        state: oneOf(state, deliveryStates),
      }),
    component: lazyRouteComponent(() => import('./campaign.tsx'), 'CampaignScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/calendar',
    validateSearch: ({ month, view }: Record<string, unknown>) =>
      defined({ month: textOf(month), view: oneOf(view, ['month', 'list'] as const) }),
    component: lazyRouteComponent(() => import('./calendar/calendar.tsx'), 'Calendar'),
  }),
] as const
