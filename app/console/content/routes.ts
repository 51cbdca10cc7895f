import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { defined, numberOf, oneOf, textOf } from '../parts/search.ts'
import { root } from '../shell/root.tsx'

const kinds = ['letter', 'layout', 'partial'] as const

export const contentRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: '/items',
    validateSearch: ({ find, topic }: { find?: unknown; topic?: unknown }) =>
      defined({ find: textOf(find), topic: textOf(topic) }),
    component: lazyRouteComponent(() => import('./items/items.tsx'), 'Items'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/items/new',
    component: lazyRouteComponent(() => import('./items/new-item.tsx'), 'NewItem'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/items/import',
    component: lazyRouteComponent(() => import('./items/import-items.tsx'), 'ImportItems'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/items/$id',
    component: lazyRouteComponent(() => import('./items/item.tsx'), 'ItemPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/feeds',
    component: lazyRouteComponent(() => import('./feeds/feeds.tsx'), 'Feeds'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/feeds/new',
    component: lazyRouteComponent(() => import('./feeds/new-feed.tsx'), 'NewFeed'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/feeds/$name',
    component: lazyRouteComponent(() => import('./feeds/feed.tsx'), 'FeedPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/topics',
    validateSearch: ({ edit, add }: { edit?: unknown; add?: unknown }) =>
      defined({ edit: textOf(edit), add: textOf(add) }),
    component: lazyRouteComponent(() => import('./topics/topics.tsx'), 'Topics'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/templates',
    validateSearch: ({ kind }: { kind?: unknown }) => defined({ kind: oneOf(kind, kinds) }),
    component: lazyRouteComponent(() => import('./templates/templates.tsx'), 'Templates'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/templates/new',
    validateSearch: ({ kind }: { kind?: unknown }) => defined({ kind: oneOf(kind, kinds) }),
    component: lazyRouteComponent(() => import('./templates/new-template.tsx'), 'NewTemplate'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/templates/$name',
    validateSearch: ({ version }: { version?: unknown }) => defined({ version: numberOf(version) }),
    component: lazyRouteComponent(() => import('./templates/template.tsx'), 'TemplatePage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/assets',
    validateSearch: ({ show }: { show?: unknown }) => defined({ show: textOf(show) }),
    component: lazyRouteComponent(() => import('./assets/assets.tsx'), 'Assets'),
  }),
] as const
