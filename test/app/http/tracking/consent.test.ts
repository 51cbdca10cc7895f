import { expect, test } from 'vitest'
import { bareProof } from '../../../../engine/model/consent.ts'
import { openTrackingDesk, targets } from './desk.ts'

test('who denied tracking, also in letters that are out, is led on, and nothing is written', async () => {
  await using desk = await openTrackingDesk()
  const { engine, clock } = desk.office.house
  const proof = bareProof('page', clock.now())
  const say = (tracking: 'granted' | 'denied') =>
    engine.subscriptions.change(desk.people[0]!, { tracking }, proof)
  const visit = async () => {
    expect((await desk.click()).headers.get('location')).toBe(targets[0])
    const answer = await desk.open()
    expect([answer.status, (await answer.arrayBuffer()).byteLength]).toEqual([200, 43])
    return (await desk.events()).length
  }
  expect(await visit()).toBe(2)
  await say('denied')
  expect(await visit()).toBe(2)
  // Others are others.
  await desk.click(targets[0], { person: 1 })
  expect(await desk.events()).toHaveLength(3)
  await say('granted')
  expect(await visit()).toBe(5)
})

test('of who was erased nothing is written any more', async () => {
  await using desk = await openTrackingDesk()
  const { engine, clock } = desk.office.house
  await engine.subscriptions.erase(desk.people[0]!, bareProof('page', clock.now()))
  const before = await desk.events()
  expect((await desk.click()).headers.get('location')).toBe(targets[0])
  expect((await desk.open()).status).toBe(200)
  expect(await desk.events()).toEqual(before)
})
