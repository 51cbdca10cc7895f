import type { PreflightLine } from '../../../engine/engine.ts'
import type { Cli } from '../cli.ts'
import { many, plain } from './format.ts'
import { wrap } from './wrap.ts'

const titleWidth = 28
const maxColumns = 110

/** What large providers ask of bulk mail and what is there: what is wrong first, with its remedy and whose rule it is. */
export function showLines(cli: Cli, lines: readonly PreflightLine[]): void {
  const of = (status: PreflightLine['status']) => lines.filter((line) => line.status === status)
  const columns = Math.min(maxColumns, cli.stdout.columns ?? maxColumns)
  const marks = {
    blocked: cli.style('red', '✗'),
    warning: cli.style('yellow', '!'),
    unknown: cli.style('cyan', '?'),
    ok: cli.style('green', '✓'),
  } as const
  const indent = ' '.repeat(titleWidth + 3)
  for (const status of ['blocked', 'warning', 'unknown', 'ok'] as const)
    for (const { id, title, found, where, remedy, source } of of(status)) {
      const place = where === null ? '' : ` (${where})`
      const [first = '', ...rest] = wrap(plain(found + place), columns - indent.length)
      cli.say(`${marks[status]} ${title.padEnd(titleWidth)} ${first}`)
      for (const more of rest) cli.say(indent + more)
      if (remedy === null) continue
      for (const [index, more] of wrap(plain(remedy), columns - indent.length - 3).entries())
        cli.say(`${indent}${index === 0 ? '-> ' : '   '}${more}`)
      cli.say(cli.style('dim', `${indent}${source.name} [${id}]`))
    }
  const [stopping, warnings, unknowns] = [of('blocked').length, of('warning').length, of('unknown').length]
  const counted = [
    ...(stopping > 0 ? [`${many(stopping, 'thing')} that large providers refuse`] : []),
    ...(warnings > 0 ? [many(warnings, 'warning')] : []),
    ...(unknowns > 0 ? [`${many(unknowns, 'thing')} not known`] : []),
  ]
  cli.say(`\n${counted.length === 0 ? 'Large providers ask for nothing more.' : `${counted.join(', ')}.`}`)
}
