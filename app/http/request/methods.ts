import type { RouteOptions } from 'fastify'

/** Which methods a path knows: what tells a 405 from a 404. */
export function createMethods(): {
  readonly add: (route: Pick<RouteOptions, 'method' | 'url'>) => void
  readonly of: (path: string) => readonly string[]
} {
  const routes = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>()
  return {
    add({ method, url }) {
      const known = routes.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() }
      for (const each of [method].flat()) known.methods.add(each)
      routes.set(url, known)
    },
    of(path) {
      const found = new Set<string>()
      for (const { pattern, methods } of routes.values())
        if (pattern.test(path)) for (const method of methods) found.add(method)
      return [...found].sort()
    },
  }
}

const patternOf = (url: string): RegExp =>
  new RegExp(`^${url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:[A-Za-z]+/g, '[^/]+')}$`)
