import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { defined, oneOf, textOf } from '../parts/search.ts'
import { root } from '../shell/root.tsx'

export const views = [
  'overview',
  'campaigns',
  'audience',
  'engagement',
  'cohorts',
  'domains',
  'topics',
  'alerts',
] as const
export const lengths = [7, 30, 90, 365] as const
export const units = ['hour', 'day', 'week', 'month'] as const

const dateOf = (value: unknown): string | undefined => {
  const text = textOf(value)
  return text !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : undefined
}

export const analyticsRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: '/analytics',
    validateSearch: ({ view, days, from, to, zone, unit, list }: Record<string, unknown>) =>
      defined({
        view: oneOf(view, views),
        days: lengths.find((length) => length === days),
        from: dateOf(from),
        to: dateOf(to),
        zone: textOf(zone),
        unit: oneOf(unit, units),
        list: textOf(list),
      }),
    component: lazyRouteComponent(() => import('./analytics.tsx'), 'Analytics'),
  }),
] as const
