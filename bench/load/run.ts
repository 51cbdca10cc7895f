import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { runLoad } from './load.ts'
import { readOptions, usage } from './options.ts'
import { reportPage } from './report/page.ts'
import { createScreen, verdictOfReport, verdictTable } from './report/terminal.ts'

let options: ReturnType<typeof readOptions>
try {
  options = readOptions(process.argv.slice(2), process.env)
} catch (error) {
  console.error(`${(error as Error).message}\n\n${usage}`)
  process.exit(2)
}
if (options === null) {
  console.log(usage)
  process.exit(0)
}

const interrupt = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => interrupt.abort(new Error('Interrupted.')))

const screen = createScreen(process.stderr)
try {
  const report = await runLoad(options, screen, interrupt.signal)
  screen.finish()
  mkdirSync(options.out, { recursive: true })
  writeFileSync(join(options.out, 'report.json'), `${JSON.stringify(report)}\n`)
  const page = join(options.out, 'report.html')
  writeFileSync(page, reportPage(report))
  console.log(`${verdictTable(report)}\n\n${relative('.', page)}`)
  process.exitCode = verdictOfReport(report) === 'fail' ? 1 : 0
} catch (error) {
  screen.finish()
  if (interrupt.signal.aborted) {
    console.error('Interrupted: everything that was started is stopped.')
    process.exitCode = 130
  } else {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 2
  }
}
