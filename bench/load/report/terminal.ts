import { styleText } from 'node:util'
import { clip, duration } from '../../../app/cli/terminal/format.ts'
import { formatTable } from '../../../app/cli/terminal/table.ts'
import type { LoadListener } from '../load.ts'
import type { Check, LoadReport, Run, Verdict } from './schema.ts'
import { amount, limitText } from './words.ts'

/** On a terminal a line that is written over; elsewhere a line a run. */
export function createScreen(stream: NodeJS.WriteStream): LoadListener & { finish(): void } {
  const isTerminal = stream.isTTY === true
  const clear = () => isTerminal && stream.write('\r\u001b[K')
  const line = (text: string) => {
    clear()
    stream.write(`${text}\n`)
  }
  return {
    mode(mode, made) {
      line(`${styleText('bold', mode)}  ${styleText('dim', Object.values(made).join(' · '))}`)
    },
    step(what) {
      if (!isTerminal) return
      clear()
      stream.write(styleText('dim', `  ${clip(what, (stream.columns ?? 80) - 3)}`))
    },
    run(run) {
      line(
        `  ${coloured(words[verdictOfRun(run)])} ${run.name.padEnd(16)} ${styleText('dim', duration(run.seconds * 1000))}`,
      )
      if (run.error !== null) line(`    ${styleText('red', run.error)}`)
    },
    finish: () => void clear(),
  }
}

/** The original targets decide; where there is none to tell, it is untold. */
export function verdictOfRun({ checks, error }: Run): Verdict {
  if (error !== null) return 'fail'
  const verdicts = checks.flatMap(({ target }) => target?.verdict ?? [])
  return worst(verdicts)
}

export const verdictOfReport = ({ modes }: LoadReport): Verdict =>
  worst(modes.flatMap(({ runs }) => runs.map(verdictOfRun)))

function worst(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('fail')) return 'fail'
  return verdicts.includes('untold') || verdicts.length === 0 ? 'untold' : 'pass'
}

const words = { pass: 'PASS', fail: 'FAIL', untold: '–   ' } as const satisfies Record<Verdict, string>
const coloured = (text: string): string =>
  text
    .replaceAll(words.pass, styleText('green', words.pass))
    .replaceAll(words.fail, styleText('red', words.fail))

/** Every check beside what is asked of it. */
export function verdictTable({ modes }: LoadReport): string {
  const rows = modes.flatMap(({ mode, runs }) =>
    runs.flatMap((run) =>
      run.checks.map((check, i) => ({ mode: i === 0 ? mode : '', run: i === 0 ? run.name : '', check })),
    ),
  )
  const judged = (limit: Check['target'], unit: string) =>
    limit === null ? '' : `${words[limit.verdict]} ${limitText(limit, unit)}`
  const table = formatTable(
    rows,
    [
      { title: 'MODE', of: ({ mode }) => mode },
      { title: 'RUN', of: ({ run }) => run },
      { title: 'FIGURE', of: ({ check }) => check.name },
      { title: 'MEASURED', align: 'right', of: ({ check }) => amount(check.value, check.unit) },
      { title: 'ORIGINAL TARGET', of: ({ check }) => judged(check.target, check.unit) },
      { title: 'OWN PROMISE', of: ({ check }) => judged(check.promise, check.unit) },
    ],
    { columns: null, head: (text) => styleText('dim', text) },
  )
  return coloured(table)
}
