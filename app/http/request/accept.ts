/** The first of `types` that an Accept header names at least as high as application/json; null for JSON. A
 *  wildcard asks for nothing in particular. */
export function accepts<T extends string>(header: string | undefined, types: readonly T[]): T | null {
  if (header === undefined) return null
  const weights = new Map<string, number>()
  for (const part of header.slice(0, 1000).split(',')) {
    const [type = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase())
    const q = parameters.find((parameter) => parameter.startsWith('q='))
    weights.set(type, q === undefined ? 1 : Number(q.slice(2)) || 0)
  }
  const json = weights.get('application/json') ?? 0
  let best: T | null = null
  for (const type of types) {
    const weight = weights.get(type) ?? 0
    if (weight > 0 && weight >= json && (best === null || weight > (weights.get(best) ?? 0))) best = type
  }
  return best
}
