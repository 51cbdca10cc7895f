import { expect, test } from 'vitest'
import { keyOf } from './access/callers.ts'
import { serve } from './serve.ts'

test('going past the preflight takes the scope of the settings, too', async () => {
  await using served = await serve()
  await served.ask('POST', '/api/v1/campaigns', {
    name: 'monday',
    title: 'Monday',
    template: 'daily',
    sender: { address: 'news@example.org' },
    lists: ['daily'],
  })
  const sender = await keyOf(served.store, 'sender', { scopes: ['campaigns:send'] })
  const operator = await keyOf(served.store, 'operator', { scopes: ['campaigns:send', 'system:write'] })
  const act = (verb: string, body: object, { headers }: typeof sender) =>
    served.ask('POST', `/api/v1/campaigns/monday/${verb}`, body, headers)

  for (const [verb, body] of [
    ['start', {}],
    ['schedule', { at: 1_900_000_000_000 }],
  ] as const) {
    const refused = await act(verb, { ...body, force: true }, sender)
    expect(refused.json).toMatchObject({ code: 'E_FORBIDDEN' })
    expect(refused.text).toContain('system:write')
  }
  expect((await act('schedule', { at: 1_900_000_000_000 }, sender)).status).toBe(200)
  expect((await act('start', { force: true }, operator)).json).toMatchObject({ state: 'running' })
})
