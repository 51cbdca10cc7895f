import { existsSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createClient } from '../../../../app/cli/daemon/client.ts'
import { createEngineHost, EngineRefusal } from '../../../../app/electron/engine/host.ts'
import type { Listening, StartOrder } from '../../../../app/electron/engine/order.ts'
import { systemClock } from '../../../../engine/clock.ts'
import { silentLog } from '../../../../engine/log.ts'
import type { Progress } from '../../../../engine/model/progress.ts'
import { audit } from '../../../faults/support/audit.ts'
import { booksLeft, booksOf } from '../../../faults/support/books.ts'
import { campaignInput, type House, openHouse } from '../../../faults/support/house.ts'
import { until } from '../../../faults/support/until.ts'
import { startSink } from '../../../servers/smtp-sink.ts'
import { forkEngine } from '../support/node-child.ts'

const keys = {
  secrets: ['a-signing-secret-of-the-shell'],
  vaultKeys: ['a-key-of-the-vault-that-the-shell-keeps'],
}

function openHost(env: NodeJS.ProcessEnv = {}) {
  const said: string[] = []
  const lost: number[] = []
  const children: ReturnType<typeof forkEngine>[] = []
  const host = createEngineHost({
    fork: () => {
      const child = forkEngine(env)
      children.push(child)
      return child
    },
    clock: systemClock,
    log: silentLog,
    write: (line) => said.push(Buffer.from(line).toString()),
    onLost: (code) => lost.push(code),
  })
  const start = (house: Pick<House, 'folder'>, order: Partial<StartOrder> = {}): Promise<Listening> =>
    host.start({ version: '1.2.3', home: house.folder, port: 0, keys, ...order })
  return { host, start, lost, children, said: () => said.join('') }
}

const clientOf = ({ url, token }: Listening) => {
  const client = createClient(url, token, new AbortController().signal)
  onTestFinished(() => client.close())
  return client
}

test('it answers on loopback, to the token of this launch only, whatever the settings say', async () => {
  const house = await openHouse({ people: 1, settings: { http: { host: '0.0.0.0', port: 1 }, role: 'all' } })
  const { host, start } = openHost({ BROADSHEET_HTTP_HOST: '0.0.0.0' })
  const { url, port, token, data } = await start(house)
  expect(url).toBe(`http://127.0.0.1:${port}`)
  expect(data).toBe(house.data)
  const status = async (headers: Record<string, string>) =>
    (await fetch(`${url}/api/v1/campaigns`, { headers })).status
  expect(await status({ authorization: `Bearer ${token}` })).toBe(200)
  expect(await status({})).toBe(401)
  expect(await status({ authorization: `Bearer ${token.slice(0, -1)}` })).toBe(401)

  const elsewhere = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
  for (const { address } of elsewhere)
    await expect(fetch(`http://${address}:${port}/livez`), address).rejects.toThrow('fetch failed')

  await host.stop()
  expect(host.running).toBe(false)
  await expect(fetch(`${url}/livez`)).rejects.toThrow('fetch failed')
  const again = await start(house, { port })
  expect(again.port, 'the port it had').toBe(port)
  expect(again.token).not.toBe(token)
  await host.stop()
})

test('a port that was taken meanwhile is left to whoever has it', async () => {
  const house = await openHouse({ people: 1, settings: {} })
  const other = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  onTestFinished(() => void other.close())
  const { port } = other.address() as { port: number }
  const { host, start } = openHost()
  const listening = await start(house, { port })
  expect(listening.port).not.toBe(port)
  expect(await clientOf(listening).get('/campaigns')).toMatchObject({ data: [] })
  await host.stop()
})

test('what the shell seals is written nowhere, and the command line finds the engine', async () => {
  const house = await openHouse({ people: 1, settings: {} })
  const { host, start, said } = openHost()
  const { token } = await start(house)
  expect(existsSync(join(house.data, 'secrets'))).toBe(false)
  expect(existsSync(join(house.data, 'vault'))).toBe(false)
  const file = join(house.data, 'daemon.json')
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ token })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  await host.stop()
  expect(existsSync(file)).toBe(false)
  for (const secret of [token, ...keys.secrets, ...keys.vaultKeys]) expect(said()).not.toContain(secret)
})

test('with keys in the data folder, those are made as by the daemon', async () => {
  const house = await openHouse({ people: 1, settings: {} })
  const { host, start } = openHost()
  await start(house, { keys: null })
  expect(statSync(join(house.data, 'secrets')).mode & 0o777).toBe(0o600)
  await host.stop()
})

test('it says why it does not start', async () => {
  const wrong = await openHouse({ people: 1, settings: { http: { prot: 1 } } })
  const { host, start, lost, said } = openHost()
  const refusal = start(wrong)
  await expect(refusal).rejects.toBeInstanceOf(EngineRefusal)
  await expect(refusal).rejects.toMatchObject({
    code: 'E_CONFIG',
    message: expect.stringContaining('http.prot'),
  })
  await until('the process to end', () => !host.running)
  expect(said()).toContain('http.prot')

  const plugged = await openHouse({ people: 1, settings: { plugins: [{ package: 'pager' }] } })
  await expect(start(plugged)).rejects.toMatchObject({
    code: 'E_CONFIG',
    message: expect.stringContaining('plugins'),
  })
  expect(lost).toEqual([])
})

test('it tells when the engine is lost, and an engine whose shell is gone ends by itself', async () => {
  const house = await openHouse({ people: 1, settings: {} })
  const { host, start, lost, children } = openHost()
  await start(house)
  children[0]!.process.kill('SIGKILL')
  await until('the loss to be told', () => lost.length === 1)
  expect(host.running).toBe(false)

  await start(house)
  const { process: child } = children[1]!
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.disconnect()
  expect(await ended).toBe(0)
})

test('quit in the middle of a campaign: nothing is unknown, and the next start goes on by itself', async () => {
  const people = 600
  const sink = await startSink({
    faults: ({ phase }) => (phase === 'dot' ? { do: 'delay', ms: 20 } : undefined),
  })
  onTestFinished(() => sink.close())
  const house = await openHouse({
    people,
    settings: {
      channels: { smtp: { host: '127.0.0.1', port: sink.port, security: 'none', connections: 4 } },
      delivery: { batch: 20, chunk: 100 },
    },
  })
  const { host, start } = openHost()
  const client = clientOf(await start(house))
  const input = campaignInput({})
  await client.post('/campaigns', input)
  await client.post(`/campaigns/${input.name}/start`)
  await until('letters to be on their way', () => sink.count() >= people / 10, { everyMs: 2 })
  await host.stop()
  const left = audit(await booksLeft(house, input.name), sink.received())
  expect(left.counts).toMatchObject({ unknown: 0, handing: 0, failed: 0 })
  expect(left.counts.queued, 'the stop must fall into the campaign').toBeGreaterThan(0)

  sink.setFaults(null)
  const next = clientOf(await start(house))
  await until('the campaign to finish', async () => {
    const { state } = await next.get<Progress>(`/campaigns/${input.name}/progress`)
    return state === 'finished'
  })
  const books = audit(await booksOf(next, input.name), sink.received())
  expect(books.counts).toMatchObject({ sent: people, unknown: 0 })
  expect({ doubled: books.doubled, missing: books.missing }).toEqual({ doubled: [], missing: 0 })
  await host.stop()
})
