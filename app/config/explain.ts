import type { z } from 'zod'
import { variableFor } from './env.ts'
import { alternatives, childSchema, type JsonSchema, knownKeys, knownPaths } from './json-schema.ts'
import { nearest } from './nearest.ts'
import { redact } from './redact.ts'
import { formatPath, type Path, type Tree } from './tree.ts'

export interface ConfigProblem {
  readonly path: string
  readonly message: string
  /** `broadsheet.yaml:12`, a variable, a flag, or null where nothing was said. */
  readonly source: string | null
}

const shown = (said: unknown): string => {
  const value = redact(said)
  const text = typeof value === 'string' ? `"${value}"` : (JSON.stringify(value) ?? 'nothing')
  return text.length > 60 ? `${text.slice(0, 60)}...` : text
}

/** What is wrong with the values, in words, each with the place that said it. Secret values are not shown. */
export function explainIssues(
  issues: readonly z.core.$ZodIssue[],
  tree: Tree,
  schema: JsonSchema,
  isSecret: (path: Path) => boolean,
): readonly ConfigProblem[] {
  const schemaAt = (path: Path): JsonSchema =>
    path.reduce<{ schema: JsonSchema; seen: Path }>(
      ({ schema: above, seen }, key) => ({
        schema: childSchema(above, key, tree.get(seen)) ?? {},
        seen: [...seen, key],
      }),
      { schema, seen: [] },
    ).schema

  const unknownKey = (above: Path, key: string): ConfigProblem => {
    const path = [...above, key]
    const beside = nearest(key, knownKeys(schemaAt(above), tree.get(above)))
    // A right name in the wrong place: "port" at the top is meant for "http.port".
    const elsewhere = knownPaths(schema).find((known) => known.split('.').at(-1) === key) ?? null
    const meant = beside === null ? elsewhere : formatPath([...above, beside])
    return {
      path: formatPath(path),
      message: `there is no such setting.${meant === null ? '' : ` Did you mean "${meant}"?`}`,
      source: tree.origin(path)?.source ?? null,
    }
  }

  return issues.flatMap((issue) => {
    const path = issue.path.filter((key) => typeof key !== 'symbol')
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key))
    const value = tree.get(path)
    const got = value === undefined || isSecret(path) ? '' : `, not ${shown(value)}`
    const name = formatPath(path)
    return {
      path: name,
      message:
        value === undefined && issue.code !== 'custom'
          ? `is missing: ${wanted(issue, schemaAt(path))} (in broadsheet.yaml, or by ${variableFor(name)})`
          : `${wanted(issue, schemaAt(path))}${issue.code === 'custom' ? '' : got}`,
      source: tree.origin(path)?.source ?? null,
    }
  })
}

/** `must be a number`. Our own messages stay as they are. */
function wanted(issue: z.core.$ZodIssue, schema: JsonSchema): string {
  const number = alternatives(schema).some((one) => one.type === 'number' || one.type === 'integer')
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${article[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(shown).join(', ')}`
    case 'too_small':
      if (issue.origin === 'string' && issue.message.startsWith('must')) return issue.message
      if (number) return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`
      return issue.minimum === 1
        ? 'must not be empty'
        : `must have at least ${issue.minimum} ${unit(issue.origin)}`
    case 'too_big':
      if (number) return `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`
      return `must have at most ${issue.maximum} ${unit(issue.origin)}`
    case 'invalid_format':
      return issue.format === 'url' ? 'must be an http or https address' : issue.message
    default:
      return issue.message
  }
}

const unit = (origin: string): string => (origin === 'string' ? 'characters' : 'entries')

const article: { readonly [type: string]: string } = {
  number: 'a number',
  int: 'a whole number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'a table of settings',
  record: 'a table',
}
