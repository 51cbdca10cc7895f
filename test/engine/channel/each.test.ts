import { describe, expect, test } from 'vitest'
import { type Outcome, sendEach } from '../../../engine/channel/index.ts'
import { never, post } from './desk.ts'

const sent = (id: number): Outcome => ({ id, status: 'sent', code: null, detail: null })
const batch = [post(1, 'a'), post(2, 'a'), post(3, 'b'), post(4, 'c'), post(5, 'a')]

describe('posts one by one', () => {
  test('keep their order in a place, and so many places go at the same time', async () => {
    const begun: number[] = []
    let atOnce = 0
    let most = 0
    const outcomes = await sendEach(batch, never, 2, async ({ id }) => {
      begun.push(id)
      most = Math.max(most, ++atOnce)
      await new Promise((resolve) => setImmediate(resolve))
      atOnce--
      return sent(id)
    })
    expect(new Set(outcomes.map(({ id }) => id))).toEqual(new Set([1, 2, 3, 4, 5]))
    expect(outcomes.length).toBe(5)
    expect(begun.filter((id) => id !== 3 && id !== 4)).toEqual([1, 2, 5])
    expect(most).toBe(2)
  })

  test('are not begun when it stops', async () => {
    const stop = new AbortController()
    const outcomes = await sendEach(batch, stop.signal, 1, ({ id }) => {
      stop.abort()
      return Promise.resolve(sent(id))
    })
    expect(outcomes.map(({ status }) => status)).toEqual(['sent', 'unsent', 'unsent', 'unsent', 'unsent'])
  })

  test('that fail by a bug leave the others alone', async () => {
    const outcomes = await sendEach(batch, never, 3, ({ id }) =>
      id === 2 ? Promise.reject(new Error('no such property')) : Promise.resolve(sent(id)),
    )
    expect(outcomes.filter(({ status }) => status === 'sent').length).toBe(4)
    expect(outcomes.find(({ id }) => id === 2)).toMatchObject({
      status: 'unknown',
      detail: 'no such property',
    })
  })
})
