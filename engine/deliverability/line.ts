import { preflightRules, type RuleId, type RuleSource } from './rules.ts'

/** `blocked`: large providers refuse or hide such mail. `warning`: it costs. `unknown`: it could not be found out, and stops
 *  nothing. */
export const lineStatuses = ['ok', 'warning', 'blocked', 'unknown'] as const
export type LineStatus = (typeof lineStatuses)[number]

/** What was found of one rule. */
export interface PreflightLine {
  readonly id: RuleId
  readonly title: string
  readonly status: LineStatus
  /** What is there, for people. */
  readonly found: string
  /** The DNS name, or the letters by their languages; null: of all. */
  readonly where: string | null
  readonly source: RuleSource
  /** What to do; null where it is in order. */
  readonly remedy: string | null
  /** Of a trait that filters count, 1 to 3. */
  readonly weight: number | null
}

export const ok = (id: RuleId, found: string, where: string | null = null): PreflightLine =>
  lineOf(id, 'ok', found, where, null)
export const warning = (
  id: RuleId,
  found: string,
  remedy: string,
  where: string | null = null,
): PreflightLine => lineOf(id, 'warning', found, where, remedy)
export const blocked = (
  id: RuleId,
  found: string,
  remedy: string,
  where: string | null = null,
): PreflightLine => lineOf(id, 'blocked', found, where, remedy)
export const unknown = (
  id: RuleId,
  found: string,
  remedy: string,
  where: string | null = null,
): PreflightLine => lineOf(id, 'unknown', found, where, remedy)

function lineOf(
  id: RuleId,
  status: LineStatus,
  found: string,
  where: string | null,
  remedy: string | null,
): PreflightLine {
  const rule: { title: string; source: RuleSource; weight?: number } = preflightRules[id]
  const { title, source, weight = null } = rule
  return { id, title, status, found, where, source, remedy, weight }
}

const severity: { readonly [status in LineStatus]: number } = { ok: 0, unknown: 1, warning: 2, blocked: 3 }
const ids = Object.keys(preflightRules)

/** Of several letters: of each rule the worst that was found, and in which of them. In the order of the rules. */
export function worstOf(
  letters: readonly { readonly name: string; readonly lines: readonly PreflightLine[] }[],
): readonly PreflightLine[] {
  const worst = new Map<RuleId, { line: PreflightLine; names: string[] }>()
  for (const { name, lines } of letters)
    for (const line of lines) {
      const known = worst.get(line.id)
      if (known === undefined || severity[line.status] > severity[known.line.status])
        worst.set(line.id, { line, names: [name] })
      else if (line.status === known.line.status) known.names.push(name)
    }
  const merged = [...worst.values()].map(({ line, names }) =>
    names.length === letters.length ? line : { ...line, where: line.where ?? names.join(', ') },
  )
  return inOrder(merged)
}

export const inOrder = (lines: readonly PreflightLine[]): readonly PreflightLine[] =>
  lines.toSorted((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id))
