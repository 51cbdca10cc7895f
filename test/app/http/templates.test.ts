import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openMemoryStore } from '../../../stores/memory/open.ts'
import { createTestClock } from '../../engine/support/clock.ts'
import { keyOf, sessionOf, userOf } from './access/callers.ts'
import { type Served, serve } from './serve.ts'

interface Head {
  readonly version: number
  readonly at: number
  readonly author: string | null
  readonly name: string
  readonly subject: string
  readonly bytes: number
}
interface Page {
  readonly data: readonly Head[]
  readonly next: string | null
}

let served: Served
beforeEach(async () => {
  served = await serve()
})
afterEach(async () => {
  await served[Symbol.asyncDispose]()
})

const letter = (subject: string) => ({ name: 'weekly', subject, body: `<p>${subject}</p>` })
const put = (subject: string, version: number, headers: Record<string, string> = {}) =>
  served.ask('PUT', `/api/v1/templates/weekly?version=${version}`, letter(subject), headers)
const versions = async (query = '') =>
  (await served.ask<Page>('GET', `/api/v1/templates/weekly/versions${query}`)).json

describe('versions of a template', () => {
  test('say who wrote each, be it a command, a key or a person', async () => {
    const { store } = served
    expect((await served.ask('POST', '/api/v1/templates', letter('One'))).status).toBe(201)
    const { headers } = await keyOf(store, 'press', { scopes: ['content:write'] })
    expect((await put('Two', 1, headers)).status).toBe(200)
    const { authorization: _none, ...session } = await sessionOf(store, await userOf(store, 'editor'))
    const saved = await fetch(`${served.url}/api/v1/templates/weekly`, {
      method: 'PUT',
      headers: { ...session, 'content-type': 'application/json', 'if-match': '"2"' },
      body: JSON.stringify(letter('Three')),
    })
    expect(saved.status).toBe(200)
    const { data, next } = await versions()
    expect(data.map(({ version, author, subject }) => [version, author, subject])).toEqual([
      [3, 'editor@example.org', 'Three'],
      [2, 'press', 'Two'],
      [1, 'command line', 'One'],
    ])
    expect(next).toBeNull()
  })

  test('are read page by page, and one whole', async () => {
    const store = openMemoryStore()
    const clock = createTestClock()
    await using other = await serve({ store, clock })
    await other.ask('POST', '/api/v1/templates', letter('One'))
    for (const version of [1, 2])
      await other.ask('PUT', `/api/v1/templates/weekly?version=${version}`, letter('Later'))
    const read = async <T>(rest: string) =>
      (await other.ask<T>('GET', `/api/v1/templates/weekly/versions${rest}`)).json
    const first = await read<Page>('?limit=2')
    expect(first.data.map(({ version }) => version)).toEqual([3, 2])
    const rest = await read<Page>(`?limit=2&after=${first.next}`)
    expect(rest).toEqual({
      data: [
        {
          version: 1,
          at: clock.now(),
          author: 'command line',
          name: 'weekly',
          subject: 'One',
          bytes: expect.any(Number) as number,
        },
      ],
      next: null,
    })
    expect(await read('/1')).toEqual({
      version: 1,
      at: clock.now(),
      author: 'command line',
      ...letter('One'),
      kind: 'letter',
      format: 'html',
      preheader: '',
      text: null,
      variants: {},
    })
  })

  test('that are not there are told apart', async () => {
    await served.ask('POST', '/api/v1/templates', letter('One'))
    const asked = async (path: string) =>
      (await served.ask<{ code: string; detail: string }>('GET', `/api/v1/templates/${path}`)).json
    expect(await asked('weekly/versions/2')).toMatchObject({
      code: 'E_NOT_FOUND',
      detail: 'There is no version 2 of the template "weekly" yet: the present one is 1.',
    })
    for (let version = 1; version <= 100; version += 1) await put('Again', version)
    expect(await asked('weekly/versions/1')).toMatchObject({
      code: 'E_NOT_FOUND',
      detail: expect.stringMatching(
        /^Version 1 .* is not kept: the newest 100 are\. GET .*\/weekly\/versions lists/,
      ) as string,
    })
    expect(await asked('nothing/versions')).toMatchObject({ code: 'E_NOT_FOUND' })
    expect(await asked('weekly/versions/x')).toMatchObject({ code: 'E_INPUT' })
  })
})
