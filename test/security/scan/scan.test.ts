import { expect, test } from 'vitest'
import { scanDaemon } from './house.ts'

test('whatever the API is asked, it answers as its own description says, and with no 5xx', async () => {
  const { asked, statuses, findings, ended } = await scanDaemon({ each: 16, seed: 20_261_128 })
  expect(findings).toEqual([])
  expect(asked).toBeGreaterThan(1500)
  // It is no scan where everything is refused at the door.
  const [fine, refused] = [200, 400].map((from) =>
    [...statuses].reduce(
      (sum, [status, count]) => (Math.floor(status / 100) * 100 === from ? sum + count : sum),
      0,
    ),
  )
  expect(fine).toBeGreaterThan(asked / 10)
  expect(refused).toBeGreaterThan(asked / 10)
  expect(ended).toEqual({ code: 0, signal: null })
})
