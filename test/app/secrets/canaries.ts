import { randomBytes } from 'node:crypto'

/** Secrets that may be nowhere but where they were put: a text that nothing else has, under the name of its place. */
export interface Canaries {
  /** A new one, of letters and digits, `length` of them at least. */
  make(place: string, length?: number): string
  /** One that was made elsewhere. `but`: places that may hold it. */
  add(place: string, secret: string, but?: RegExp): void
  /** What came out somewhere. */
  hear(where: string, text: string | Buffer): void
  /** `PLACE in WHERE`, for each that was heard: as it is, and in base64, hexadecimal and as part of an address. */
  found(): readonly string[]
  /** How much was listened to, by where. */
  heard(): ReadonlyMap<string, number>
}

export function createCanaries(): Canaries {
  const secrets: {
    readonly place: string
    readonly forms: readonly Buffer[]
    readonly but: RegExp | null
  }[] = []
  const found = new Set<string>()
  const heard = new Map<string, number>()
  const all: { readonly where: string; readonly bytes: Buffer }[] = []
  const add = (place: string, secret: string, but: RegExp | null = null) => {
    const forms = new Set([
      secret,
      encodeURIComponent(secret),
      Buffer.from(secret).toString('hex'),
      // Wherever it begins in what was encoded: the middle is the same in one of three.
      ...[0, 1, 2].map((lead) =>
        Buffer.concat([Buffer.alloc(lead), Buffer.from(secret)])
          .toString('base64')
          .slice(4, -4),
      ),
    ])
    secrets.push({ place, forms: [...forms].map((form) => Buffer.from(form)), but })
  }
  return {
    make(place, length = 24) {
      const secret = `canary${randomBytes(length).toString('hex')}`
      add(place, secret)
      return secret
    },
    add,
    hear(where, text) {
      const bytes = Buffer.from(text)
      heard.set(where, (heard.get(where) ?? 0) + bytes.length)
      all.push({ where, bytes })
    },
    found() {
      for (const { where, bytes } of all)
        for (const { place, forms, but } of secrets)
          if (but?.test(where) !== true && forms.some((form) => bytes.includes(form)))
            found.add(`${place} in ${where}`)
      return [...found].sort()
    },
    heard: () => heard,
  }
}
