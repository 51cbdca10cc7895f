import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { root } from '../shell/root.tsx'
import { type SubscriberFilter, subscriberFilter } from './people/filter.ts'

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined

export const personTabs = ['overview', 'letters', 'consents', 'alerts', 'picks'] as const
export type PersonTab = (typeof personTabs)[number]

export const subscriberRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: '/subscribers',
    validateSearch: (search): SubscriberFilter => subscriberFilter(search),
    component: lazyRouteComponent(() => import('./people/subscribers.tsx'), 'Subscribers'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/subscribers/import',
    component: lazyRouteComponent(() => import('./import/import.tsx'), 'ImportSubscribers'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/subscribers/imports',
    validateSearch: (search): { readonly id?: string } => ({
      ...(text(search.id) !== undefined && { id: text(search.id)! }),
    }),
    component: lazyRouteComponent(() => import('./import/imports.tsx'), 'Imports'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/subscribers/$id',
    validateSearch: (search): { readonly tab?: PersonTab; readonly follow?: string } => {
      const tab = personTabs.find((each) => each === search.tab)
      const follow = text(search.follow)
      return tab === undefined || tab === 'overview'
        ? {}
        : { tab, ...(tab === 'alerts' && follow !== undefined && { follow }) }
    },
    component: lazyRouteComponent(() => import('./person/person.tsx'), 'Person'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/segments',
    component: lazyRouteComponent(() => import('./segments/segments.tsx'), 'Segments'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/segments/new',
    validateSearch: (search): { readonly rule?: string } => ({
      ...(text(search.rule) !== undefined && { rule: text(search.rule)! }),
    }),
    component: lazyRouteComponent(() => import('./segments/new-segment.tsx'), 'NewSegment'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/segments/$name',
    component: lazyRouteComponent(() => import('./segments/segment.tsx'), 'SegmentScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/lists',
    validateSearch: (search): { readonly edit?: string } => ({
      ...(text(search.edit) !== undefined && { edit: text(search.edit)! }),
    }),
    component: lazyRouteComponent(() => import('./lists/lists.tsx'), 'Lists'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/suppressions',
    validateSearch: (search): { readonly search?: string } => ({
      ...(text(search.search) !== undefined && { search: text(search.search)! }),
    }),
    component: lazyRouteComponent(() => import('./suppressions/suppressions.tsx'), 'Suppressions'),
  }),
] as const
