import { expect, test } from 'vitest'
import { openOffice } from '../app/http/pages/office.ts'

/** Answers that do not end. */
const endless = new Set(['/api/v1/stream'])

test('every GET route and every error says what a browser may do with its answer', async () => {
  await using office = await openOffice({
    people: 2,
    pages: { lists: ['daily'], limits: { address: { perHour: 1e6, burst: 1000 } } },
  })
  await office.list('daily', 'Daily')
  const described = JSON.parse((await office.visit('/openapi.json')).text) as {
    paths: Record<string, Record<string, object>>
  }
  const routes = Object.entries(described.paths).flatMap(([path, methods]) =>
    'get' in methods && !endless.has(path) ? [path.replace(/\{\w+\}/g, 'nothing')] : [],
  )
  expect(routes.length).toBeGreaterThan(50)
  const wrong: string[] = []
  for (const path of [...routes, '/openapi.json', '/nothing', '/api/v1/nothing', '/%ff', '/s/..%2f']) {
    office.house.clock.advance(60_000)
    const { headers, status } = await office.visit(path)
    const policy = headers.get('content-security-policy') ?? ''
    const holds = {
      'answered at all': status < 500,
      policy: policy.startsWith("default-src 'none'"),
      'no script': !/script-src|unsafe-eval/.test(policy),
      framed: /frame-ancestors 'none'|(^|; )sandbox/.test(policy),
      nosniff: headers.get('x-content-type-options') === 'nosniff',
      'its own host only on https': headers.get('strict-transport-security') === 'max-age=31536000',
      referrer: headers.get('referrer-policy') === 'no-referrer',
    }
    for (const [what, held] of Object.entries(holds))
      if (!held) wrong.push(`${path} ${status}: ${what} (${policy})`)
  }
  expect(wrong).toEqual([])
})
