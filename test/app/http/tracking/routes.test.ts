import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { httpLimitsSchema } from '../../../../app/config/http.ts'
import { createLinks } from '../../../../engine/compose/links.ts'
import { hiddenKey } from '../../../../engine/model/link.ts'
import { keyOf, openTrackingDesk, sendOut, type TrackingDesk, targets } from './desk.ts'

const firstKey = keyOf(targets[0]!)
let desk: TrackingDesk
beforeAll(async () => {
  desk = await openTrackingDesk()
})
afterAll(() => desk[Symbol.asyncDispose]())

const added = async (act: () => Promise<unknown>) => {
  const before = (await desk.events()).length
  await act()
  return (await desk.events()).slice(before)
}

describe('a link', () => {
  test('leads where its publication says, in ASCII, and is kept before the answer', async () => {
    const to = [
      targets[0],
      targets[1],
      'https://xn--mnchen-3ya.example/stra%C3%9Fe?q=a%20b',
      targets[3],
      targets[4],
    ]
    for (const [index, target] of targets.entries()) {
      const events = await added(async () => {
        const { status, headers } = await desk.click(target)
        expect([status, headers.get('location')]).toEqual([302, to[index]])
      })
      expect(events).toMatchObject([
        {
          type: 'clicked',
          publicationId: desk.publicationId,
          subscriberId: desk.people[0],
          channel: 'smtp',
          link: index,
          was: null,
          at: desk.office.house.clock.now(),
        },
      ])
      desk.office.house.clock.advance(3_600_000)
    }
  })

  test('leads nowhere else, whatever its request names', async () => {
    for (const query of ['url=https://evil.example', 'to=//evil.example', 'next=https://evil.example']) {
      const { status, headers } = await desk.ask(`/c/${desk.token()}/${firstKey}?${query}`, {
        headers: { 'x-forwarded-host': 'evil.example', referer: 'https://evil.example/' },
      })
      expect([status, headers.get('location')]).toEqual([302, targets[0]])
    }
  })

  test.each(['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd'])(
    'that came into the books as %s leads nowhere',
    async (target) => {
      const { store, office, people } = desk
      const id = await sendOut(store, office.house.clock.now(), [target], `evil-${target.slice(0, 4)}`)
      const { status, headers } = await desk.ask(`/c/${office.token(id, people[0]!)}/${keyOf(target)}`)
      expect(headers.get('location')).toBeNull()
      expect(status).toBeGreaterThanOrEqual(400)
    },
  )

  test('tells nobody who came, sets no cookie and is kept by no cache', async () => {
    for (const answer of [await desk.click(), await desk.open()]) {
      const { headers } = answer
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('set-cookie')).toBeNull()
      expect(headers.get('cache-control')).toContain('no-store')
      expect(headers.get('etag')).toBeNull()
    }
  })

  test('with an unknown key or token is a page that says so, and leads nowhere', async () => {
    const other = await sendOut(
      desk.store,
      desk.office.house.clock.now(),
      ['https://other.example/'],
      'other',
    )
    const evil = Buffer.from('https://evil.example').toString('base64url')
    const paths = [
      `/c/${desk.token()}/AAAAAAAA`,
      `/c/${desk.token()}/${evil}`,
      `/c/${desk.token()}/https:%2F%2Fevil.example`,
      `/c/${desk.token()}/__proto__`,
      // A link of this publication under the token of another one.
      `/c/${desk.office.token(other, desk.people[0]!)}/${firstKey}`,
      `/c/${desk.office.token(999, desk.people[0]!)}/${firstKey}`,
      `/c/nothing/${firstKey}`,
      `/c/${'x'.repeat(600)}/${firstKey}`,
      `/c/${desk.token().slice(0, -1)}/${firstKey}?url=https://evil.example`,
    ]
    const events = await added(async () => {
      for (const path of paths) {
        const answer = await desk.ask(`${path}?url=https://evil.example`)
        expect([answer.status, answer.headers.get('location')], path).toEqual([404, null])
        expect(await answer.text()).toContain('This link is not valid')
      }
    })
    expect(events).toEqual([])
  })

  test('that was rendered only now is found, though the others were known already', async () => {
    const late = 'https://late.example/'
    expect((await desk.click(late)).status).toBe(404)
    await desk.store.links.put(desk.publicationId, [{ key: keyOf(late), url: late, itemId: null }])
    desk.office.house.clock.advance(1000)
    expect((await desk.click(late)).headers.get('location')).toBe(late)
  })

  test('that nobody sees leads to the letter itself, and tells a machine', async () => {
    const events = await added(async () => {
      const { status, headers } = await desk.ask(`/c/${desk.token(1)}/${hiddenKey}`)
      expect([status, headers.get('location')]).toEqual([302, `/v/${desk.token(1)}`])
    })
    expect(events).toMatchObject([{ type: 'clicked', link: null, class: 'scanner', code: 'hidden' }])
  })

  test('and the pixel are no forms: whatever is sent to them is refused', async () => {
    for (const path of [`/c/${desk.token()}/${firstKey}`, `/t/${desk.token()}.gif`])
      expect([path, (await desk.ask(path, { method: 'POST', body: 'x=1' })).status]).toEqual([path, 405])
  })

  test('asked for by HEAD gets the same head, and counts as a machine', async () => {
    const events = await added(async () => {
      const click = await desk.click(targets[1], { method: 'HEAD' })
      expect([click.status, click.headers.get('location')]).toEqual([302, targets[1]])
      expect((await desk.open({ method: 'HEAD' })).status).toBe(200)
    })
    expect(events).toMatchObject([
      { type: 'clicked', class: 'scanner', code: 'head' },
      { type: 'opened', class: 'scanner', code: 'head' },
    ])
  })
})

describe('the pixel', () => {
  test('is a GIF of 43 bytes that pages of other origins may show, and an open', async () => {
    const events = await added(async () => {
      const answer = await desk.open()
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-type')).toBe('image/gif')
      expect(answer.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
      const bytes = Buffer.from(await answer.arrayBuffer())
      expect(bytes).toHaveLength(43)
      expect(bytes.toString('latin1')).toMatch(/^GIF89a/)
    })
    expect(events).toMatchObject([{ type: 'opened', link: null, subscriberId: desk.people[0] }])
  })

  test.each(['nothing', 'x'.repeat(500)])('with a token that is none: %s', async (token) => {
    const events = await added(async () => {
      const answer = await desk.ask(`/t/${token}.gif`)
      expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'image/gif'])
      expect(answer.headers.get('cache-control')).toContain('no-store')
    })
    expect(events).toEqual([])
  })
})

test('links outlive the rotation of keys, and the removal of their key ends them', async () => {
  const old = createLinks({ secrets: ['an older secret of the house'], publicUrl: 'https://news.example' })
  const rotated = ['a secret only for the tests', 'an older secret of the house']
  await using desk = await openTrackingDesk({ secrets: rotated })
  const token = old.token(desk.publicationId, desk.people[0]!)
  const path = `/c/${token}/${firstKey}`
  expect((await desk.ask(path)).headers.get('location')).toBe(targets[0])
  expect((await desk.ask(`/t/${token}.gif`)).status).toBe(200)
  await using without = await openTrackingDesk()
  expect((await without.ask(path)).status).toBe(404)
})

test('whatever stands before a thousand readers is not held up; who guesses, or one letter alone, is', async () => {
  const slowly = (burst: number) => ({ perSecond: 0.001, burst })
  const limits = httpLimitsSchema.parse({ public: slowly(10), perLetter: slowly(5) })
  await using desk = await openTrackingDesk({ people: 40, http: { limits } })
  const statuses: number[] = []
  for (let person = 0; person < 10; person++)
    for (let time = 0; time < 4; time++) statuses.push((await desk.open({ person })).status)
  expect(new Set(statuses)).toEqual(new Set([200]))
  const one = []
  for (let time = 0; time < 6; time++) one.push((await desk.open({ person: 9 })).status)
  expect(one).toEqual([200, 429, 429, 429, 429, 429])
  const guesses: number[] = []
  for (let time = 0; time < 11; time++) guesses.push((await desk.ask(`/t/guess${time}.gif`)).status)
  expect(guesses).toEqual([...Array(10).fill(404), 429])
  // Neither stands in the way of the others.
  expect((await desk.open({ person: 5 })).status).toBe(200)
})
