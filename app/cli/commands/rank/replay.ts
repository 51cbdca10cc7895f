import type { Readable } from 'node:stream'
import { gunzip } from '../../../../engine/audience/files/gunzip.ts'
import { splitLines } from '../../../../engine/audience/files/lines.ts'
import { createReplayLog, LogLineError } from '../../../../engine/learning/replay/log.ts'
import {
  type ReplayReport,
  replay,
  replayDefaults,
  replayRankers,
} from '../../../../engine/learning/replay/replay.ts'
import type { Cli } from '../../cli.ts'
import { CliError } from '../../exit.ts'
import { openInput } from '../../files/input.ts'
import { count, time } from '../../terminal/format.ts'
import { createProgress } from '../../terminal/progress.ts'
import { percent, share } from './share.ts'

export interface ReplayOptions {
  readonly events: string
  readonly items: string
  readonly train: string
  readonly frozen?: boolean
  readonly halfLife: string
  readonly recency: string
}

/** A line of a thousand items with long keys. */
const maxLineBytes = 16 * 1024 * 1024
/** Lines that cannot be read are named, the first so many of a file. */
const namedLines = 5
const hourMs = 3_600_000

/** Read both files, replay, and report. Lines that cannot be read are left out and counted; exit code 10 then. */
export async function replayFiles(cli: Cli, options: ReplayOptions): Promise<void> {
  const settings = {
    ...replayDefaults,
    trainShare: share(options.train, '--train'),
    onLine: options.frozen !== true,
    halfLifeDays: above0(options.halfLife, '--half-life'),
    recencyHalfLifeMs: above0(options.recency, '--recency') * hourMs,
  }
  const log = createReplayLog()
  const refused =
    (await readLines(cli, options.items, log.item)) + (await readLines(cli, options.events, log.event))
  const read = log.finish()
  if (read.impressions.length === 0)
    throw new CliError('refused', `${options.events} holds no impression that could be read.`)
  const bar = createProgress(cli.stderr, { label: 'replay' })
  const live = !cli.options.json && cli.stderr.isTTY
  const report = replay(read, settings, (done, total) => {
    if (live) bar.update({ done, total })
  })
  if (live) bar.finish()
  cli.result({ ...report, orphans: read.orphans, refused }, (one) => show(cli, one))
  if (refused > 0) cli.exit('partial')
}

function above0(text: string, option: string): number {
  const value = Number(text)
  if (!(value > 0 && Number.isFinite(value)))
    throw new CliError('usage', `${option} "${text}" must be a number above 0.`)
  return value
}

/** Resolves with how many lines could not be read. */
async function readLines(cli: Cli, file: string, take: (line: string) => void): Promise<number> {
  const { stream } = await openInput(cli, file)
  let refused = 0
  const refuse = (number: number, problem: string) => {
    refused++
    if (refused <= namedLines) cli.warn(`${file}, line ${number}: ${problem}`)
  }
  const bytes = file.toLowerCase().endsWith('.gz') ? gunzip(stream as AsyncIterable<Buffer>) : stream
  for await (const lines of splitLines(bytes as Readable, { maxBytes: maxLineBytes }))
    for (const line of lines) {
      if ('problem' in line) {
        refuse(line.number, line.problem)
        continue
      }
      if (line.text.trim() === '') continue
      try {
        take(line.text)
      } catch (error) {
        if (!(error instanceof LogLineError)) throw error
        refuse(line.number, error.message)
      }
    }
  if (refused > namedLines) cli.warn(`${file}: ${count(refused)} lines could not be read`)
  return refused
}

const names = {
  learned: 'learned',
  interest: 'declared interest',
  popularity: 'popularity (clicks so far)',
} as const

function show(cli: Cli, report: ReplayReport): string {
  const { scores, lead, measured, splitAt } = report
  const figure = (value: number) => value.toFixed(4).padStart(9)
  const head = ['NDCG@10', 'HIT@1', 'HIT@3', 'HIT@10'].map((title) => title.padStart(9)).join('')
  const rows = replayRankers.map((name) => {
    const { ndcg, hit1, hit3, hit10 } = scores[name]
    return `${names[name].padEnd(28)}${[ndcg, hit1, hit3, hit10].map(figure).join('')}`
  })
  const leads = (['interest', 'popularity'] as const).map((name) => {
    const { value, low, high } = lead[name]
    const relative = scores[name].ndcg === 0 ? '' : ` (${percent(value / scores[name].ndcg)})`
    return `NDCG@10 of learned less ${names[name]}: ${value.toFixed(4)}${relative}, 95 % between ${low.toFixed(4)} and ${high.toFixed(4)}`
  })
  return [
    `${count(report.impressions)} impressions with ${count(report.clicks)} clicks of ${count(report.readers)} readers on ${count(report.items)} items.`,
    splitAt === null || measured === 0
      ? 'Nothing could be measured: no impression after the split holds a click and something to order.'
      : `Measured on the ${count(measured)} with a click since ${time(splitAt)}.`,
    '',
    cli.style('dim', `${''.padEnd(28)}${head}`),
    ...rows,
    '',
    ...leads,
  ].join('\n')
}
