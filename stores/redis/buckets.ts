import type { BucketGrant, BucketRequest, BucketStore } from '../../engine/ports/buckets.ts'
import { heldBy, holdOf, skewMs, slackMs } from '../rules/bucket.ts'
import type { Client, Connection } from './connect.ts'

/** A bucket is kept this long after it is full again, by which it would begin anew: clocks may differ by that much. */
const idleMs = 600_000

// The arithmetic of stores/rules/bucket.ts, number for number: both count in IEEE doubles, and %.17g keeps every bit.
const takeScript = `
local now = tonumber(ARGV[1])
local idleMs = tonumber(ARGV[2])
local slackMs = ${slackMs}
local skewMs = ${skewMs}
local grants = {}
local count = #KEYS / 2
for i = 1, count do
  local key = KEYS[i]
  local held = tonumber(redis.call('GET', KEYS[count + i]) or 0)
  local want = tonumber(ARGV[3 * i + 2])
  local granted = 0
  local nextAt = held
  if held <= now then
    local intervalMs = 1000 / tonumber(ARGV[3 * i])
    local depthMs = tonumber(ARGV[3 * i + 1]) * intervalMs
    local known = redis.call('GET', key)
    local start = math.max(known and tonumber(known) or now, now)
    if start > now + depthMs + skewMs then start = now + depthMs end
    local room = math.max(0, math.floor((now + depthMs - start + slackMs) / intervalMs))
    granted = math.min(want, room)
    local arrival = start + granted * intervalMs
    nextAt = now
    if granted ~= want then
      nextAt = math.max(now + 1, math.ceil(arrival + intervalMs - depthMs - slackMs))
    end
    local text = string.format('%.17g', arrival)
    if text ~= known then
      redis.call('SET', key, text, 'PX', string.format('%.0f', math.max(0, arrival - now) + idleMs))
    end
  end
  grants[2 * i - 1] = granted
  grants[2 * i] = nextAt
end
return grants
`
const giveBackScript = `
for i, key in ipairs(KEYS) do
  local known = redis.call('GET', key)
  if known then
    local arrival = tonumber(known) - (tonumber(ARGV[2 * i]) * 1000) / tonumber(ARGV[2 * i - 1])
    redis.call('SET', key, string.format('%.17g', arrival), 'KEEPTTL')
  end
end
`

const holdScript = `
local known = tonumber(redis.call('GET', KEYS[1]) or 0)
local ends = math.max(known, tonumber(ARGV[1]))
local leftMs = math.max(0, ends - tonumber(ARGV[2]))
redis.call('SET', KEYS[1], string.format('%.17g', ends), 'PX', string.format('%.0f', leftMs + ${idleMs}))
`

/** ioredis sends the script's name, and the script itself where Redis does not know it. */
interface Scripts {
  takeTokens(keys: number, ...rest: (string | number)[]): Promise<number[]>
  giveTokensBack(keys: number, ...rest: (string | number)[]): Promise<null>
  holdTokens(keys: 1, key: string, until: number, now: number): Promise<null>
}

/** Buckets in Redis: a call is one script, which nothing comes between. All are in one slot of a cluster, so that a call may
 *  name any. What Redis loses opens the limits for one burst at most: a flush empties every bucket, a failover what its
 *  last moments wrote. */
export function createRedisBuckets(connection: Connection): BucketStore {
  connection.client.defineCommand('takeTokens', { lua: takeScript })
  connection.client.defineCommand('giveTokensBack', { lua: giveBackScript })
  connection.client.defineCommand('holdTokens', { lua: holdScript })
  const place = (key: string) => `${connection.tag}:bucket:${key}`
  const keyOf = ({ key }: BucketRequest) => place(key)
  const holdKey = (key: string) => place(holdOf(key))
  const scripts = (client: Client) => client as Client & Scripts
  return {
    async take(requests, now) {
      if (requests.length === 0) return []
      const numbers = await connection.ask((client) =>
        scripts(client).takeTokens(
          2 * requests.length,
          ...requests.map(keyOf),
          ...requests.map(({ key }) => holdKey(key)),
          now,
          idleMs,
          ...requests.flatMap(({ perSecond, burst, want }) => [perSecond, burst, want]),
        ),
      )
      return requests.map((_, i): BucketGrant => ({ granted: numbers[2 * i]!, nextAt: numbers[2 * i + 1]! }))
    },
    async hold(key, until, now) {
      await connection.ask((client) => scripts(client).holdTokens(1, holdKey(key), until, now))
    },
    async heldUntil(keys, now) {
      if (keys.length === 0) return []
      const ends = await connection.ask((client) => client.mget(keys.map(holdKey)))
      return ends.map((end) => heldBy(end === null ? undefined : Number(end), now))
    },
    async giveBack(requests) {
      if (requests.length === 0) return
      await connection.ask((client) =>
        scripts(client).giveTokensBack(
          requests.length,
          ...requests.map(keyOf),
          ...requests.flatMap(({ perSecond, want }) => [perSecond, want]),
        ),
      )
    },
  }
}
