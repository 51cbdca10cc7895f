import { availableParallelism, cpus, totalmem } from 'node:os'
import { parseArgs, styleText } from 'node:util'
import { benchAlertFanout } from './alert-fanout.ts'
import { benchAlertLatency } from './alert-latency.ts'
import { benchAlerts } from './alerts.ts'
import { benchAnalytics } from './analytics.ts'
import { benchApi } from './api.ts'
import { benchCache } from './cache.ts'
import { benchChannel } from './channel.ts'
import { benchCompose } from './compose.ts'
import { benchConsole } from './console.ts'
import { benchFeeds } from './feeds.ts'
import type { Figure, Report } from './figure.ts'
import { benchGenerate } from './generate.ts'
import { benchLedger } from './ledger.ts'
import { benchMillion } from './million.ts'
import { benchNodes } from './nodes.ts'
import { benchProduction } from './production.ts'
import { benchQueue } from './queue.ts'
import { benchRank } from './rank.ts'
import { benchReads } from './reads.ts'
import { benchSegments } from './segments.ts'
import { benchSend } from './send.ts'
import { benchTemplate } from './template.ts'
import { benchTraces } from './traces.ts'
import { benchTracking } from './tracking.ts'
import { benchTransfer } from './transfer.ts'

const benches = {
  template: benchTemplate,
  rank: benchRank,
  compose: async (report) => (await benchCompose()).forEach(report),
  tracking: benchTracking,
  generate: benchGenerate,
  send: benchSend,
  production: benchProduction,
  nodes: benchNodes,
  feeds: benchFeeds,
  segments: benchSegments,
  api: benchApi,
  alerts: benchAlerts,
  analytics: benchAnalytics,
  console: benchConsole,
  reads: benchReads,
  fanout: benchAlertFanout,
  latency: benchAlertLatency,
  million: benchMillion,
  ledger: benchLedger,
  transfer: benchTransfer,
  queue: benchQueue,
  cache: benchCache,
  channel: benchChannel,
  traces: benchTraces,
} as const satisfies Record<string, (report: Report) => Promise<void> | void>

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
})
const wanted = positionals.length > 0 ? positionals : Object.keys(benches)
const unknown = wanted.filter((name) => !Object.hasOwn(benches, name))
if (unknown.length > 0) {
  console.error(
    `There is no bench named ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}.`,
  )
  process.exit(2)
}

const show: Report = ({ name, value, unit, peer, ratio }) => {
  if (values.json) console.log(JSON.stringify({ name, value, unit, peer, ratio } satisfies Figure))
  else {
    const figure = `${value.toLocaleString('en-US')} ${unit}`
    const beside = peer === null ? '' : styleText('dim', `  ${ratio} x ${peer}`)
    console.log(`  ${name.padEnd(74)} ${figure.padStart(20)}${beside}`)
  }
}

if (!values.json) {
  const memory = Math.round(totalmem() / 2 ** 30)
  console.log(
    `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, ${memory} GiB, Node ${process.version}\n`,
  )
}
for (const name of wanted) {
  if (!values.json) console.log(styleText('bold', name))
  await benches[name as keyof typeof benches](show)
}
