import { expect, test } from 'vitest'
import { type Served, serve } from '../serve.ts'
import { keyOf, sessionOf, userOf } from './callers.ts'

const withCampaign = async (served: Served) => {
  await served.ask('POST', '/api/v1/campaigns', {
    name: 'monday',
    title: 'Monday',
    template: 'daily',
    sender: { address: 'news@example.org' },
    lists: ['daily'],
  })
  return async (headers: Record<string, string>, ...addresses: string[]) => {
    const { authorization, ...others } = headers
    const answer = await fetch(`${served.url}/api/v1/campaigns/monday/test`, {
      method: 'POST',
      headers: {
        ...others,
        ...(authorization && { authorization }),
        'content-type': 'application/json',
      },
      body: JSON.stringify({ addresses }),
    })
    return { status: answer.status, text: await answer.text() }
  }
}

test('an editor sends tests to people who sign in here, and to nobody else', async () => {
  await using served = await serve()
  const send = await withCampaign(served)
  const { store } = served
  const editor = await sessionOf(store, await userOf(store, 'editor', 'ed@example.org'))
  await userOf(store, 'analyst', 'ana@example.org')
  expect(await send(editor, 'Ed@Example.org', 'ana@example.org')).toMatchObject({ status: 200 })
  const stranger = await send(editor, 'ed@example.org', 'press@elsewhere.example')
  expect(stranger.status).toBe(403)
  expect(stranger.text).toContain('press@elsewhere.example')
  expect(stranger.text).toContain('campaigns:send')
  const gone = await userOf(store, 'sender', 'gone@example.org')
  await store.users.update(gone.id, gone.version, { ...gone, disabledAt: 1 }, 1)
  expect(await send(editor, 'gone@example.org')).toMatchObject({ status: 403 })
})

test('who may send sends tests to any address, by a key for that alone, too; who may only read sends none', async () => {
  await using served = await serve()
  const send = await withCampaign(served)
  const { store } = served
  const key = async (scope: 'campaigns:send' | 'campaigns:read') =>
    (await keyOf(store, scope.replace(':', '-'), { scopes: [scope] })).headers
  const sender = await sessionOf(store, await userOf(store, 'sender'))
  const [sends, reads] = [await key('campaigns:send'), await key('campaigns:read')]
  expect(await send(sender, 'press@elsewhere.example')).toMatchObject({ status: 200 })
  expect(await send(sends, 'press@elsewhere.example')).toMatchObject({ status: 200 })
  expect(await send(reads, 'sender@example.org')).toMatchObject({ status: 403 })
})
