import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFetcher } from '../../../app/fetch/fetcher.ts'
import { lookAtHtml } from '../../../engine/deliverability/letter/html.ts'
import { judgeLinks } from '../../../engine/deliverability/letter/links.ts'
import type { ReadLetter } from '../../../engine/deliverability/letter/read.ts'

const asked: string[] = []
let open = 0
let most = 0
const server = createServer((request, response) => {
  asked.push(request.url ?? '')
  most = Math.max(most, ++open)
  response.on('close', () => open--)
  const [, status] = /^\/(\d{3})/.exec(request.url ?? '') ?? []
  response.writeHead(Number(status ?? 200), { 'content-type': 'text/html' })
  response.end('x'.repeat(request.url === '/large' ? 1_000_000 : 10))
})
const fetcher = createFetcher({ egress: { allow: ['127.0.0.1'], ports: [80] }, userAgent: 'test' })
let site = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  await fetcher.close()
  server.closeAllConnections()
  server.close()
})

const judge = (html: string, publicUrl = 'https://news.thenews.press') =>
  judgeLinks([{ html: lookAtHtml(html) } as ReadLetter], {
    publicUrl,
    fetcher,
    signal: new AbortController().signal,
  })
const to = (...paths: string[]) => paths.map((path) => `<a href="${site}${path}">x</a>`).join('')

test('links that answer are in order, however much they answer', async () => {
  expect(await judge(`${to('/a', '/large')}<a href="mailto:a@b.c">x</a><a href="#top">x</a>`)).toMatchObject({
    status: 'ok',
    found: 'all 2 answer',
  })
})

test('what is not there is named', async () => {
  expect(await judge(to('/a', '/404/x', '/410', '/500'))).toMatchObject({
    status: 'warning',
    found: expect.stringMatching(/^3 of 4 do not work: .*\/404\/x answered 404/) as string,
  })
  expect(await judge('<a href="news/today">x</a>')).toMatchObject({ status: 'warning' })
})

test('sites that answer no programs prove nothing', async () => {
  expect(await judge(to('/a', '/403', '/429'))).toMatchObject({ status: 'unknown' })
})

test('what readers cannot reach is not asked', async () => {
  expect(await judge('<a href="http://10.0.0.1/x">x</a>')).toMatchObject({ status: 'warning' })
})

test('links to this installation hold a token and are not followed; 40 are at most, four at a time', async () => {
  asked.length = 0
  expect(await judge(to('/u/TOKEN'), site)).toMatchObject({ status: 'ok', found: 'none leads elsewhere' })
  expect(asked).toEqual([])
  most = 0
  await judge(to(...Array.from({ length: 60 }, (_, i) => `/p${i}`)))
  expect(asked).toHaveLength(40)
  expect(most).toBeLessThanOrEqual(4)
})
