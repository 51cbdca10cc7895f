import { expect, test } from 'vitest'
import { createReceipts } from '../../engine/actors/alerts/receipts.ts'
import { turnOver } from '../../engine/gather.ts'

test('posts of a place go one after the other, each with the receipt of the one before it', async () => {
  const receipts = createReceipts()
  const begun: string[] = []
  const post = async (name: string, place: string) => {
    const turn = await receipts.turn(place, null)
    begun.push(`${name} after ${turn.earlier}`)
    return turn
  }
  const first = await post('a', 'here')
  const second = post('b', 'here')
  const third = post('c', 'here')
  await post('d', 'there')
  await turnOver()
  expect(begun).toEqual(['a after null', 'd after null'])
  first.done('r1')
  const next = await second
  await turnOver()
  expect(begun.slice(2)).toEqual(['b after r1'])
  // It was not posted, or left the receipt as it was.
  next.done('r1')
  await third
  expect(begun.slice(3)).toEqual(['c after r1'])
})

test('what the store had before a receipt was replaced is old, what it has from elsewhere is not', async () => {
  const receipts = createReceipts()
  for (const receipt of ['r1', 'r2']) (await receipts.turn('here', null)).done(receipt)
  const earlier = async (stored: string | null) => {
    const turn = await receipts.turn('here', stored)
    turn.done(null)
    return turn.earlier
  }
  expect(await earlier(null)).toBe('r2')
  expect(await earlier('r1')).toBe('r2')
  expect(await earlier('r2')).toBe('r2')
  expect(await earlier('by another node')).toBe('by another node')
})
