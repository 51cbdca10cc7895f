// Writes to a store on a small disk of its own until that is full, makes space, and goes on. Run where
// `argv[2]` is a folder on that disk. Its last line of output is what it saw, as JSON.
import { rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BroadsheetError } from '../../../engine/errors.ts'
import { openStore } from '../../../stores/open.ts'

const folder = process.argv[2] ?? ''
const url = `sqlite:${join(folder, 'store.db')}`
const ballast = join(folder, 'ballast')
writeFileSync(ballast, Buffer.alloc(2 ** 20))

const store = await openStore(url)
const acknowledged: string[] = []
const refusals: { code: string; message: string }[] = []

/** Several at once, as lanes do. */
async function writeSome(round: string, count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: 4 }, async (_, lane) => {
      const rows = Array.from({ length: count }, (_, i) => ({
        address: `person-${round}-${lane}-${i}@example.org`,
        attributes: { text: 'x'.repeat(400) },
      }))
      try {
        await store.subscribers.upsert(rows, { lists: [], now: 1 })
        acknowledged.push(...rows.map((row) => row.address))
      } catch (error) {
        if (!(error instanceof BroadsheetError)) throw error
        refusals.push({ code: error.code, message: error.message })
      }
    }),
  )
}

for (let round = 0; refusals.length === 0 && round < 1000; round += 1) await writeSome(`a${round}`, 100)
// What is left may still take something small.
for (let round = 0; statfsSync(folder).bavail > 0 && round < 1000; round += 1) await writeSome(`b${round}`, 1)
const whenFull = {
  refusals: [...new Set(refusals.map((refusal) => refusal.code))],
  message: refusals[0]?.message,
  acknowledged: acknowledged.length,
  kept: await store.subscribers.count({}),
  readable: (await store.subscribers.byAddress(acknowledged[0] ?? '')) !== null,
  check: await store.check().then(
    () => 'ok',
    (error: BroadsheetError) => error.code,
  ),
}

rmSync(ballast)
const before = refusals.length
await writeSome('c', 100)
await store.check()
const afterwards = {
  refused: refusals.length - before,
  acknowledged: acknowledged.length,
  kept: await store.subscribers.count({}),
}
await store.close()

const again = await openStore(url)
let missing = 0
for (const address of acknowledged) if ((await again.subscribers.byAddress(address)) === null) missing += 1
const reopened = { kept: await again.subscribers.count({}), missing }
await again.close()
console.log(JSON.stringify({ whenFull, afterwards, reopened }))
