import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { chartFile, chartSize, chartsOf } from '../../../report/charts.ts'
import { type CampaignReport, collectReport } from '../../../report/collect.ts'
import { reportCsv } from '../../../report/csv.ts'
import { reportPage } from '../../../report/page.ts'
import { drawPng, findBrowser } from '../../../report/png.ts'
import { describeReport } from '../../../report/terminal.ts'
import type { Cli } from '../../cli.ts'
import { withDaemon } from '../../daemon/with-daemon.ts'
import { CliError } from '../../exit.ts'
import type { Run } from '../../program.ts'
import { many } from '../../terminal/format.ts'
import { found } from './found.ts'

interface Options {
  readonly run?: string
  readonly timeZone?: string
  readonly html?: string
  readonly svg?: string
  readonly png?: string
  readonly csv?: boolean
}

export function register(command: Command, run: Run): void {
  command
    .command('report')
    .argument('<name>')
    .description('what became of its letters: who opened, clicked, left')
    .option('--run <id>', 'a publication of it (default: the last)')
    .option('--time-zone <zone>', 'IANA name (default: of this machine)')
    .option('--html <file>', 'write it as a page, in one file')
    .option('--svg <folder>', 'write its charts as SVG')
    .option('--png <folder>', 'write its charts as PNG; needs Chromium, Chrome or Edge here')
    .option('--csv', 'all its numbers as one table')
    .action(
      run((cli, name: string, options: Options) =>
        withDaemon(cli, {}, async ({ client, engine }) => {
          // A daemon of this command's own has nobody that counts.
          await engine?.analytics.catchUp()
          const campaign = await found(client, name)
          const report = await collectReport(client, campaign, {
            run: options.run === undefined ? null : runId(options.run),
            timeZone: options.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone ?? 'UTC',
            now: Date.now(),
          })
          const written = await write(cli, report, options)
          if (options.csv === true) cli.stdout.write(reportCsv(report))
          else if (cli.options.json) cli.result({ ...report, written }, () => '')
          else if (written.length === 0) cli.say(describeReport(cli, report))
          else cli.say(written.join('\n'))
        }),
      ),
    )
}

function runId(text: string): number {
  if (/^[1-9]\d{0,15}$/.test(text)) return Number(text)
  throw new CliError('usage', `--run "${text}" is not the id of a publication, such as 42.`)
}

/** Resolves with the files. */
async function write(
  cli: Cli,
  report: CampaignReport,
  { html, svg, png }: Options,
): Promise<readonly string[]> {
  const files: string[] = []
  const put = async (file: string, text: string): Promise<string> => {
    const path = resolve(cli.cwd, file)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
    return path
  }
  if (html !== undefined) files.push(await put(html, reportPage(report)))
  const charts = Object.entries(chartsOf(report)).filter(([, chart]) => chart !== null)
  const folder = svg ?? png
  if (folder === undefined) return files
  const browser = png === undefined ? null : findBrowser(cli.env.PATH ?? '')
  if (png !== undefined && browser === null)
    throw new CliError(
      'refused',
      'PNG needs a browser on this machine: install Chromium, or take --svg, which every browser and word processor shows.',
    )
  for (const [name, chart] of charts) {
    const text = chartFile(chart)
    const drawing = await put(join(folder, `${name}.svg`), text)
    files.push(drawing)
    if (png === undefined || browser === null) continue
    const picture = resolve(cli.cwd, png, `${name}.png`)
    await mkdir(dirname(picture), { recursive: true })
    await drawPng(browser, drawing, picture, chartSize(text))
    files.push(picture)
  }
  if (charts.length === 0) cli.remark(`There is nothing to draw yet: ${many(0, 'letter')} sent.`)
  return files
}
