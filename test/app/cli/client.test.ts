import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { createClient } from '../../../app/cli/daemon/client.ts'

/** A daemon that has had enough for so many requests. */
async function serveTired(refusals: number, retryAfter: string) {
  let asked = 0
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      asked++
      if (asked > refusals) return response.end('{"fine":true}')
      response.writeHead(429, { 'retry-after': retryAfter, 'content-type': 'application/problem+json' })
      return response.end('{"code":"E_LIMIT","detail":"Too many."}')
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const client = createClient(`http://127.0.0.1:${port}`, 'bs_key', new AbortController().signal)
  onTestFinished(() => client.close())
  return { client, asked: () => asked }
}

test('a daemon that asks for patience is asked again when it said', async () => {
  const { client, asked } = await serveTired(2, '0')
  expect(await client.post('/lists', { name: 'daily' })).toEqual({ fine: true })
  expect(asked()).toBe(3)
})

test.each([
  ['too long', '3600'],
  ['no time', 'later'],
])('one that asks for %s is not waited for', async (_what, retryAfter) => {
  const { client, asked } = await serveTired(1, retryAfter)
  await expect(client.get('/lists')).rejects.toThrow('Too many.')
  expect(asked()).toBe(1)
})

test('a body that has been read cannot be sent again', async () => {
  const { client, asked } = await serveTired(1, '0')
  const sent = client.send('/imports', { body: Readable.from(['a,b\n']), type: 'text/csv' })
  await expect(sent).rejects.toThrow('Too many.')
  expect(asked()).toBe(1)
})
