import { BroadsheetError, type ErrorCode, errorTable } from '../../engine/errors.ts'
import { exitCodes, exitFor } from '../cli/exit.ts'
import { cell } from './cell.ts'

/** Every refusal with the status and the exit code that it comes with, by name, as a page of Markdown. */
export function errorsPage(): string {
  const rows = (Object.keys(errorTable) as ErrorCode[]).toSorted().map((code) => {
    const { status, title } = errorTable[code]
    const exit = exitFor(new BroadsheetError(code, title))
    return `| \`${code}\` | ${status} | ${exitCodes[exit]} ${exit} | ${cell(title)} |`
  })
  return `# Error codes

Made by \`npm run docs:generate\`. What to do about each: [errors](../errors.md). The exit code is that of a command that ends with
the error; what exit codes say: [command line](cli.md#exit-codes).

| code | HTTP status | exit code | meaning |
| --- | --- | --- | --- |
${rows.join('\n')}
`
}
