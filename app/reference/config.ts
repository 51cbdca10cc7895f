import { variableFor } from '../config/env.ts'
import { alternatives, type JsonSchema } from '../config/json-schema.ts'
import { configJsonSchema } from '../config.ts'
import { cell } from './cell.ts'

/** Every key of broadsheet.yaml by its path, as a page of Markdown. `NAME` stands for names of the operator's own. */
export function configPage(): string {
  const rows = new Map<string, string>()
  const walk = (schema: JsonSchema, path: string): void => {
    for (const one of alternatives(schema)) {
      const type = one.properties?.type?.const
      const here = typeof type === 'string' ? `${path}(${type})` : path
      for (const [key, inner] of Object.entries(one.properties ?? {})) {
        if (inner.const !== undefined) continue
        const at = here === '' ? key : `${here}.${key}`
        if (!rows.has(at)) rows.set(at, row(at, inner))
        walk(inner, at)
      }
      if (typeof one.additionalProperties === 'object') walk(one.additionalProperties, `${here}.NAME`)
      if (one.items !== undefined) walk(one.items, `${here}[]`)
    }
  }
  walk(configJsonSchema(), '')
  const sorted = [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text)
  return `# Settings

Made by \`npm run docs:generate\`. Keys of \`broadsheet.yaml\`; \`channels.NAME(smtp)\` is a channel with \`type: smtp\`, and \`[]\` each entry of
a list. What has a variable may be said in the environment, too; with \`_FILE\` behind it, the variable of a text names a file that holds it.
Entries of \`channels\` have variables by their names: \`BROADSHEET_CHANNELS_SMTP_HOST\` is \`channels.smtp.host\`.

| key | type | default | variable | what |
| --- | --- | --- | --- | --- |
${sorted.join('\n')}
`
}

function row(path: string, schema: JsonSchema): string {
  const types = alternatives(schema).map(
    (one) => one.enum?.map((value) => JSON.stringify(value)).join(' or ') ?? one.type ?? 'any',
  )
  const { default: value, description = '' } = schema
  const said =
    value === undefined || JSON.stringify(value) === '{}' ? '' : `\`${cell(JSON.stringify(value))}\``
  const variable = /[[(]|NAME/.test(path) || types.includes('object') ? '' : `\`${variableFor(path)}\``
  return `| \`${path}\` | ${cell([...new Set(types.flat())].join(' or '))} | ${said} | ${variable} | ${cell(description)} |`
}
