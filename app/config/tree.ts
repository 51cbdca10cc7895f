export type Path = readonly (string | number)[]

/** Where a value was said: for people, e.g. `broadsheet.yaml:12` or `BROADSHEET_HTTP_PORT`. */
export interface Origin {
  readonly source: string
  /** Relative paths in the value begin here. */
  readonly base: string
}

/** Settings as they were said, with the place of each. Later writes win; objects merge, the rest replaces. */
export interface Tree {
  readonly root: Record<string, unknown>
  set(path: Path, value: unknown, origin: Origin): void
  get(path: Path): unknown
  /** Of the value itself, or of the closest thing above it that was said. */
  origin(path: Path): Origin | null
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `channels.smtp.host`, `dkim[0].domain`, `limits.domain["example.org"]`. */
export function formatPath(path: Path): string {
  let text = ''
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`
    else if (!/^[\w-]+$/.test(key)) text += `["${key}"]`
    else text += text === '' ? key : `.${key}`
  }
  return text
}

/** A container's own key. Settings come from outside: "__proto__" is a name like any other here. */
const put = (holder: Record<string, unknown> | unknown[], key: string | number, value: unknown): void => {
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true })
}
const at = (holder: unknown, key: string | number): unknown =>
  typeof holder === 'object' && holder !== null && Object.hasOwn(holder, key)
    ? (holder as Record<string | number, unknown>)[key]
    : undefined

export function createTree(): Tree {
  const root: Record<string, unknown> = {}
  const origins = new Map<string, Origin>()

  const get = (path: Path): unknown => path.reduce<unknown>(at, root)

  return {
    root,
    get,
    set(path, value, origin) {
      const present = get(path)
      if (isRecord(value) && isRecord(present)) {
        for (const [key, inner] of Object.entries(value)) this.set([...path, key], inner, origin)
        return
      }
      let holder: Record<string, unknown> | unknown[] = root
      for (const [index, key] of path.slice(0, -1).entries()) {
        let next = at(holder, key)
        if (!isRecord(next) && !Array.isArray(next)) {
          next = typeof path[index + 1] === 'number' ? [] : {}
          put(holder, key, next)
          origins.set(formatPath(path.slice(0, index + 1)), origin)
        }
        holder = next as Record<string, unknown> | unknown[]
      }
      // Copied: a later source writes into it.
      put(holder, path.at(-1)!, structuredClone(value))
      origins.set(formatPath(path), origin)
    },
    origin(path) {
      for (let length = path.length; length > 0; length--) {
        const origin = origins.get(formatPath(path.slice(0, length)))
        if (origin !== undefined) return origin
      }
      return null
    },
  }
}
