import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { exitCodes } from '../../app/cli/exit.ts'
import { startSink } from '../servers/smtp-sink.ts'
import { spawnDaemon, startDaemon } from './support/daemon.ts'
import { campaignInput, type House, openHouse } from './support/house.ts'
import { until } from './support/until.ts'

const pageBytes = 4096
const logFrameBytes = 24 + pageBytes
const settings = { channels: { smtp: { host: '127.0.0.1', port: 25, security: 'none' } } }

/** What the database consists of, as it lies on the disk. */
const fingerprint = (house: House) =>
  Object.fromEntries(
    [house.database, `${house.database}-wal`]
      .filter((file) => existsSync(file))
      .map((file) => [file, createHash('sha256').update(readFileSync(file)).digest('hex')]),
  )

function flip(file: string, at: number): void {
  const bytes = readFileSync(file)
  bytes[at]! ^= 0x10
  writeFileSync(file, bytes)
}

async function expectRefusal(house: House): Promise<void> {
  const before = fingerprint(house)
  const { exited, output } = spawnDaemon(house)
  expect(await exited).toEqual({ code: exitCodes.corrupt, signal: null })
  const said = JSON.parse(output()) as { code: string; detail: string }
  expect(said.code).toBe('E_STORE_CORRUPT')
  expect(said.detail).toContain(`The database ${house.database} is damaged`)
  expect(said.detail).toContain('To restore: ')
  expect(fingerprint(house), 'the file is left as it was').toEqual(before)
}

const tidy = () => openHouse({ people: 500, settings })

/** A house whose daemon was killed in the middle of its work: a log lies beside the file. */
async function killed(): Promise<House> {
  const sink = await startSink()
  try {
    const house = await openHouse({
      people: 500,
      settings: { channels: { smtp: { host: '127.0.0.1', port: sink.port, security: 'none' } } },
    })
    const daemon = await startDaemon(house)
    await daemon.client.post('/campaigns', campaignInput())
    await daemon.client.post('/campaigns/weekly/start')
    await until('letters to be on their way', () => sink.count() >= 200, { everyMs: 2 })
    await daemon.kill()
    return house
  } finally {
    await sink.close()
  }
}

test.each<[string, (file: string) => void]>([
  ['cut in half', (file) => truncateSync(file, statSync(file).size >> 1)],
  ['cut in the middle of a page', (file) => truncateSync(file, statSync(file).size - 1000)],
  ['with a bit flipped in its header', (file) => flip(file, 18)],
  ['with a bit flipped in the head of a page', (file) => flip(file, 3 * pageBytes)],
  ['that is no database', (file) => writeFileSync(file, 'Dear diary,\n'.repeat(1000))],
])('serve refuses a database %s, says how to restore it and touches nothing', async (_name, damage) => {
  const house = await tidy()
  damage(house.database)
  await expectRefusal(house)
})

test('serve refuses a log with a bit flipped in what was acknowledged, and starts again once it is whole', async () => {
  const house = await killed()
  const log = `${house.database}-wal`
  const bytes = readFileSync(log)
  expect(bytes.length).toBeGreaterThan(20 * logFrameBytes)
  flip(log, 32 + 2 * logFrameBytes + 24 + 100)
  await expectRefusal(house)
  writeFileSync(log, bytes)
  const daemon = await startDaemon(house)
  expect((await daemon.client.get<{ state: string }>('/campaigns/weekly')).state).toBe('running')
})
