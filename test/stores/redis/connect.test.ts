import { writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { type Log, silentLog } from '../../../engine/log.ts'
import { openRedis } from '../../../stores/redis/open.ts'
import { parseRedisUrl } from '../../../stores/redis/url.ts'
import { makeCertificate } from '../../servers/certificate.ts'
import { type RedisServerOptions, startRedis } from '../../servers/redis.ts'
import { startRedisCluster } from '../../servers/redis-cluster.ts'
import { tempFolder } from '../support/folder.ts'

describe('a Redis URL', () => {
  test.each([
    [
      'redis://host',
      { hosts: [{ host: 'host', port: 6379 }], cluster: false, tls: null, db: 0, place: 'host:6379' },
    ],
    ['redis://host:1234/7', { hosts: [{ host: 'host', port: 1234 }], db: 7 }],
    ['redis://:p%40ss@host', { password: 'p@ss' }],
    ['redis://news:p%3A%2F%25@host', { username: 'news', password: 'p:/%' }],
    ['rediss://[::1]:7', { hosts: [{ host: '::1', port: 7 }], tls: {}, place: '[::1]:7' }],
    [
      'redis+cluster://u:p@a:1,b,c:3',
      {
        cluster: true,
        hosts: [
          { host: 'a', port: 1 },
          { host: 'b', port: 6379 },
          { host: 'c', port: 3 },
        ],
        place: 'a:1,b:6379,c:3',
      },
    ],
    ['REDISS+CLUSTER://a', { cluster: true, tls: {} }],
  ])('%s', (url, expected) => {
    expect(parseRedisUrl(url)).toMatchObject(expected)
  })

  test.each([
    ['http://host', 'Write redis://'],
    ['redis://', 'Write redis://'],
    ['redis://u:secret@', 'Write redis://'],
    ['redis://u:secret@host:port', 'names "host:port"'],
    ['redis://u:secret@host:70000', 'names "host:70000"'],
    ['redis://u:secret@a,b', 'redis+cluster://'],
    ['redis://u:secret@host/news', 'must be a number'],
    ['redis+cluster://u:secret@host/1', 'a cluster has none'],
    ['redis://u:secret@host?tls=1', 'unknown setting "tls"'],
    ['redis://u:secret@host?ca=x', 'write rediss://'],
    ['rediss://u:secret@host?ca=/no/such/file', '"/no/such/file" of the Redis URL cannot be read'],
    ['redis://u:secret%@host', 'write % itself as %25'],
  ])('%s is refused', (url, message) => {
    const refused = () => parseRedisUrl(url)
    expect(refused).toThrow(
      expect.objectContaining({ code: 'E_CONFIG', message: expect.stringContaining(message) }),
    )
    expect(refused).not.toThrow('secret')
  })
})

describe('opening', () => {
  const ends: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end()
  })
  const serve = async (options: RedisServerOptions = {}) => {
    const server = await startRedis(options)
    ends.push(() => server.drop())
    return server
  }
  /** What is logged, by event. */
  const listen = () => {
    const said: Record<string, object> = {}
    const say = (fields: object, event: string) => {
      said[event] = fields
    }
    return { said, log: { ...silentLog, info: say, warn: say, error: say } satisfies Log }
  }
  const refusal = async (url: string) => {
    const error = await openRedis(url).then(
      async (redis) => {
        await redis.close()
        return null
      },
      (refused: Error) => refused,
    )
    expect(error?.message).not.toContain('secret')
    return error
  }

  test('a wrong password, and none', async () => {
    const { port } = await serve({ users: [{ name: 'news', password: 'right', rules: '~* &* +@all' }] })
    for (const user of ['news:secret@', ''])
      expect(await refusal(`redis://${user}127.0.0.1:${port}`)).toMatchObject({
        code: 'E_STORE',
        message: expect.stringMatching(
          new RegExp(`Redis 127.0.0.1:${port} refused .*correct user and password`),
        ),
      })
  })

  test('a certificate of another authority, and TLS where there is none', async () => {
    const { port } = await serve({ tls: true })
    const other = join(tempFolder(), 'other.crt')
    writeFileSync(other, makeCertificate(['localhost'], ['127.0.0.1']).cert)
    for (const query of ['', `?ca=${other}`])
      expect(await refusal(`rediss://127.0.0.1:${port}${query}`)).toMatchObject({
        code: 'E_STORE',
        message: expect.stringMatching(/certificate .* is not trusted .*ca=/),
      })
    const plain = createServer((socket) => socket.end('-ERR unknown command\r\n').on('error', () => {}))
    const plainPort = await new Promise<number>((resolve) =>
      plain.listen(0, '127.0.0.1', () => resolve((plain.address() as AddressInfo).port)),
    )
    onTestFinished(() => void plain.close())
    expect(await refusal(`rediss://127.0.0.1:${plainPort}`)).toMatchObject({
      code: 'E_STORE',
      message: expect.stringContaining('does not speak TLS'),
    })
  })

  test('a cluster that is none, and one that is not said to be', async () => {
    const { port } = await serve()
    expect(await refusal(`redis+cluster://127.0.0.1:${port}`)).toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringContaining('is no cluster: write redis://'),
    })
    const cluster = await startRedisCluster()
    ends.push(() => cluster.drop())
    expect(await refusal(`redis://127.0.0.1:${cluster.masters[0]!.port}`)).toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringContaining('is a node of a cluster: write redis+cluster://'),
    })
  })

  test('an eviction that would throw work away is warned of', async () => {
    const server = await serve({ settings: { 'maxmemory-policy': 'allkeys-lru' } })
    const { log, said } = listen()
    const redis = await openRedis(server.url, { log })
    await redis.close()
    expect(said['redis.evicts']).toMatchObject({
      policy: 'allkeys-lru',
      todo: expect.stringContaining('maxmemory-policy noeviction'),
    })
  })

  test('loss and return are told once each', async () => {
    const server = await serve()
    const { log, said } = listen()
    const redis = await openRedis(server.url, { log })
    ends.push(() => redis.close())
    expect(Object.keys(said)).toEqual(['redis.connected'])
    await server.kill()
    await expect.poll(() => said['redis.lost']).toBeDefined()
    delete said['redis.connected']
    await server.start()
    await expect.poll(() => said['redis.connected']).toBeDefined()
    await redis.check()
  })

  test('a prefix that cannot be one is refused', async () => {
    await expect(openRedis('redis://127.0.0.1', { prefix: 'a{b}' })).rejects.toMatchObject({
      code: 'E_CONFIG',
    })
  })
})
