import { createRawClient } from '../../../bench/raw-http.ts'

/** A caller in a process of its own that asks so many times a second, whatever it is answered (open loop), from when it is told how
 *  often until it is told 0. Its parent hears how many answers had which status, and the last refusal's head. */
let perSecond = 0
let sent = 0
let begun = 0
const statuses: Record<string, number> = {}
const [, , url = '', secret = ''] = process.argv
const client = createRawClient(url)
const headers = `authorization: Bearer ${secret}\r\n`

const turn = (): void => {
  const due = Math.floor(((performance.now() - begun) / 1000) * perSecond)
  for (; sent < due; sent++)
    client.request('GET', '/api/v1/subscribers?limit=100', headers).then(
      (status) => {
        statuses[status] = (statuses[status] ?? 0) + 1
      },
      () => {},
    )
  if (perSecond > 0) setTimeout(turn, 2)
}
process.on('message', (rate: number) => {
  const idle = perSecond === 0
  perSecond = rate
  sent = 0
  begun = performance.now()
  if (rate === 0) process.send?.({ statuses })
  else if (idle) turn()
})
process.on('disconnect', () => process.exit(0))
