/** What a query of PromQL asks for, as far as names go. */
export interface Asked {
  /** Of series, as stored: `_bucket`, `_sum` and `_count` are those of histograms. */
  readonly names: readonly string[]
  /** By series: labels that it is chosen by. */
  readonly matched: readonly (readonly [name: string, label: string])[]
  /** Labels that sums and matches keep. */
  readonly kept: readonly string[]
}

const seriesName = /\b(?:broadsheet|process|nodejs)_[a-z0-9_]+\b|\bup\b/

/** Not a parser: enough for the queries that are shipped, which hold no names in texts. */
export function askedIn(expr: string): Asked {
  const bare = expr.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')
  const all = new RegExp(`(${seriesName.source})\\s*(?:\\{([^}]*)\\})?`, 'g')
  const names: string[] = []
  const matched: (readonly [string, string])[] = []
  for (const [, name = '', matchers = ''] of bare.matchAll(all)) {
    names.push(name)
    for (const [, label = ''] of matchers.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)/g)) matched.push([name, label])
  }
  const kept = [...bare.matchAll(/\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(',').map((label) => label.trim()),
  )
  return { names, matched, kept }
}
