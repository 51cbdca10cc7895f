import { childrenOf, startPostgres } from '../app/demo/servers/postgres.ts'
import { startDemoRedis } from '../app/demo/servers/redis.ts'
import { cpuByThread, cpuSince } from './cpu.ts'
import { median, type Report, round } from './figure.ts'
import { makeFolder, type Newsroom, openNewsroom, seedNewsroom } from './newsroom.ts'
import { startBenchSink } from './smtp.ts'

/** The whole way on Postgres and Redis, beside the same on SQLite: one node each, rounds alternate. */
export async function benchProduction(
  report: Report,
  { subscribers = 30_000, rounds = 3 }: { subscribers?: number; rounds?: number } = {},
): Promise<void> {
  const sink = await startBenchSink()
  const postgres = await startPostgres({
    settings: { fsync: 'on', synchronous_commit: 'on', shared_buffers: '512MB', max_wal_size: '2GB' },
  })
  const redis = await startDemoRedis({})
  const { file, remove } = makeFolder()
  const urls = { sqlite: `sqlite:${file}`, postgres: postgres.url }
  for (const url of Object.values(urls)) await seedNewsroom(url, subscribers)
  const smtpPort = sink.port
  const embedded = await openNewsroom({ url: urls.sqlite, smtpPort })
  const production = await openNewsroom({ url: urls.postgres, smtpPort, redis: redis.url })
  const rates: { embedded: number[]; production: number[] } = { embedded: [], production: [] }
  const publish = async (newsroom: Newsroom, name: string) => {
    const { sent, ms } = await newsroom.publish(name)
    if (sent !== subscribers) throw new Error(`${sent} of ${subscribers} were sent`)
    return (sent * 1000) / ms
  }
  await publish(embedded, 'warm-up')
  await publish(production, 'warm-up')
  let parts: readonly (readonly [string, number])[] = []
  for (let n = 0; n < rounds; n += 1) {
    rates.embedded.push(await publish(embedded, `round-${n}`))
    const before = cpuOf(postgres.pid, redis.pid, sink.pid)
    rates.production.push(await publish(production, `round-${n}`))
    const after = cpuOf(postgres.pid, redis.pid, sink.pid)
    parts = Object.entries(after).map(([part, micros]) => [
      part,
      (micros - (before[part] ?? 0)) / subscribers,
    ])
  }
  await production.close()
  await embedded.close()
  await redis.close()
  await postgres.drop()
  await sink.close()
  remove()
  const [here, there] = [median(rates.production), median(rates.embedded)]
  const name = `send on Postgres and Redis to ${sink.kind}, unsigned`
  report({
    name,
    value: round(here),
    unit: 'letters/s',
    peer: `the same on SQLite: ${round(there)}/s`,
    ratio: round(here / there, 2),
  })
  for (const [part, micros] of parts)
    report({
      name: `${name}: CPU of ${part}`,
      value: round(micros),
      unit: 'us/letter',
      peer: null,
      ratio: null,
    })
}

const sum = (pid: number | 'self' | undefined): number =>
  pid === undefined ? 0 : cpuSince(new Map(), cpuByThread(pid)).reduce((all, { micros }) => all + micros, 0)

/** Of all processes so far, microseconds. */
function cpuOf(
  postgres: number,
  redis: number | undefined,
  sink: number | undefined,
): Record<string, number> {
  return {
    'the engine': sum('self'),
    Postgres: [postgres, ...childrenOf(postgres)].reduce((all, pid) => all + sum(pid), 0),
    Redis: sum(redis),
    'the sink': sum(sink),
  }
}
