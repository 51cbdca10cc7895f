import { createRawClient } from '../../../bench/raw-http.ts'

/** A caller in a process of its own that asks so many times a second, whatever it is answered (open loop), from when it is told how
 *  often until it is told 0. Its parent hears then, when all were answered, how many answers had which status. */
let perSecond = 0
let sent = 0
let begun = 0
let statuses: Record<string, number> = {}
const flights = new Set<Promise<void>>()
const [, , url = '', secret = ''] = process.argv
const client = createRawClient(url)
const headers = `authorization: Bearer ${secret}\r\n`

const turn = (): void => {
  const due = Math.floor(((performance.now() - begun) / 1000) * perSecond)
  for (; sent < due; sent++) {
    const flight = client.request('GET', '/api/v1/subscribers?limit=30', headers).then(
      (status) => {
        statuses[status] = (statuses[status] ?? 0) + 1
        flights.delete(flight)
      },
      () => {
        flights.delete(flight)
      },
    )
    flights.add(flight)
  }
  if (perSecond > 0) setTimeout(turn, 2)
}
process.on('message', (rate: number) => {
  const idle = perSecond === 0
  perSecond = rate
  sent = 0
  begun = performance.now()
  if (rate > 0 && idle) turn()
  if (rate === 0)
    void Promise.all(flights).then(() => {
      process.send?.({ statuses })
      statuses = {}
    })
})
process.on('disconnect', () => process.exit(0))
