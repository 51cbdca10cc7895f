import { once } from 'node:events'
import { createServer as createWeb } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import {
  greetingOf,
  lookAtClocks,
  postgresClock,
  redisClock,
  type Timepiece,
  timepiecesOf,
  webClock,
} from '../../../app/doctor/clock.ts'
import { startRedis } from '../../servers/redis.ts'

const web = createWeb((_request, response) => response.end())
const timeless = createWeb((_request, response) => {
  response.sendDate = false
  response.end()
})
const mail = createServer((socket) => {
  const date = new Date().toUTCString().replace('GMT', '+0000')
  socket.on('error', () => {}).write(`220 mx.example.org ESMTP Exim 4.98 ${date}\r\n`)
})
const terse = createServer((socket) => socket.on('error', () => {}).write('220 mx.example.org ESMTP\r\n'))
const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port
const urlOf = (server: { address(): unknown }) => new URL(`http://127.0.0.1:${portOf(server)}`)
const hostOf = (server: { address(): unknown }) => ({ host: '127.0.0.1', port: portOf(server) })
let redis: Awaited<ReturnType<typeof startRedis>>

beforeAll(async () => {
  redis = await startRedis()
  for (const server of [web, timeless, mail, terse]) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  }
})
afterAll(async () => {
  await redis.drop()
  for (const server of [web, timeless, mail, terse]) server.close()
})

const pieces = (): readonly (readonly [string, Timepiece])[] => [
  ['Postgres', postgresClock(inject('postgresUrl'))],
  ['Redis', redisClock(redis.url)],
  [urlOf(web).host, webClock(urlOf(web))],
  [`127.0.0.1:${portOf(mail)}`, greetingOf(hostOf(mail))],
]

describe('the clock of this machine', () => {
  test('is right by whoever tells the time', async () => {
    for (const [name, piece] of pieces())
      expect(await lookAtClocks([piece], Date.now)).toEqual([
        { check: 'clock', status: 'ok', detail: `within 1 s of ${name}`, remedy: null },
      ])
  })

  test.each([
    [90_000, 'ahead of'],
    [-90_000, 'behind'],
  ])('%i ms off is seen by each, and by how much', async (offMs, words) => {
    for (const [name, piece] of pieces()) {
      const [finding] = await lookAtClocks([piece], () => Date.now() + offMs)
      expect(finding).toMatchObject({ check: 'clock', status: 'warning' })
      expect(finding?.detail).toMatch(new RegExp(`^(89|90|91) s ${words} ${name}$`))
      expect(finding?.remedy).toContain('NTP')
    }
  })

  test('that nobody tells anything of is in order, and so it says', async () => {
    expect(await lookAtClocks([webClock(urlOf(timeless)), greetingOf(hostOf(terse))], Date.now)).toEqual([
      expect.objectContaining({ status: 'ok', detail: `${urlOf(timeless).host} answers, and tells no time` }),
      expect.objectContaining({
        status: 'ok',
        detail: `127.0.0.1:${portOf(terse)} answers, and tells no time`,
      }),
    ])
    const [nothing] = await lookAtClocks([], Date.now)
    expect(nothing).toMatchObject({ status: 'ok', detail: expect.stringContaining('nothing here') as string })
  })

  test('whose other clock is away leaves that to the check of it, but for the public address', async () => {
    const gone = { host: '127.0.0.1', port: 1 }
    const places = [
      postgresClock('postgres://nobody:none@127.0.0.1:1/none'),
      greetingOf(gone),
      webClock(new URL('http://127.0.0.1:1')),
    ]
    expect(await lookAtClocks(places, Date.now)).toEqual([
      expect.objectContaining({ status: 'warning', remedy: expect.stringContaining('publicUrl') as string }),
    ])
  })
})

test('who is asked: the store, Redis, the public address and mail servers, and nobody on this machine', () => {
  const smtp = (host: string, security: string) => ({ type: 'smtp', config: { host, port: 25, security } })
  const namesOf = (config: object) =>
    timepiecesOf({
      engine: { publicUrl: 'http://localhost:8025' },
      store: 'sqlite:file',
      redis: null,
      channels: {},
      ...config,
    } as never).map(({ name }) => name)
  expect(namesOf({})).toEqual([])
  expect(
    namesOf({
      engine: { publicUrl: 'https://news.example.org/' },
      store: 'postgres://u@db/news',
      redis: 'redis://cache',
      channels: {
        relay: smtp('mx.example.org', 'starttls'),
        wrapped: smtp('mx.example.org', 'tls'),
        own: smtp('127.0.0.1', 'opportunistic'),
      },
    }),
  ).toEqual(['Postgres', 'Redis', 'news.example.org', 'mx.example.org:25'])
})
