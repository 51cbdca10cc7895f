import { startDaemon } from '../../faults/support/daemon.ts'
import { campaignInput, openHouse } from '../../faults/support/house.ts'
import { type Described, scan } from './scan.ts'

/** Those whose answer does not end. */
const skip = new Set(['GET /api/v1/stream'])
const plenty = { perSecond: 1e6, burst: 1e6 }

/** A daemon with people, items and a campaign in it, asked so many times about each of its operations. */
export async function scanDaemon(options: { readonly each: number; readonly seed: number }) {
  const house = await openHouse({
    people: 50,
    settings: {
      http: {
        port: 0,
        limits: { perKey: plenty, perAddress: plenty, public: plenty, signIn: plenty, alerts: plenty },
        // What else the machine does turns nobody away.
        pressure: { delayMs: 600_000, storeMs: 600_000 },
      },
    },
  })
  const daemon = await startDaemon(house)
  await daemon.client.post('/campaigns', { ...campaignInput(), channel: 'file' })
  const described = (await (await fetch(`${daemon.url}/openapi.json`)).json()) as Described
  const result = await scan(daemon, described, { ...options, skip })
  return { ...result, alive: await daemon.client.get('/lists'), ended: await daemon.stop() }
}
