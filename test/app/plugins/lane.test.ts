import { expect, test, vi } from 'vitest'
import { never, openStaged, post, posts, stagePlugin, startOtherSide } from './stage.ts'

async function wellBehaved(limits: Record<string, unknown> = {}) {
  const other = await startOtherSide()
  const folder = stagePlugin('./well-behaved.ts', { addresses: ['*:*'] })
  const opened = await openStaged(folder, {
    settings: { url: other.url },
    setting: { addresses: [other.address], limits },
  })
  return { ...other, ...opened }
}

test('sends posts through a process of its own', async () => {
  const { lane, received, lines } = await wellBehaved()
  expect(lane.capabilities).toMatchObject({ content: 'note', maxBatch: 10, maxInFlight: 2, rooms: ['news'] })
  const outcomes = await lane.send(posts(post(1), post(2)), never())
  expect(outcomes.map(({ id, status }) => ({ id, status }))).toEqual([
    { id: 1, status: 'sent' },
    { id: 2, status: 'sent' },
  ])
  expect(received.map(({ title }) => title).toSorted()).toEqual(['Post 1', 'Post 2'])
  expect(await lane.probe(never())).toEqual({ ok: true, detail: 'answers 200' })
  await vi.waitFor(() =>
    expect(lines).toContainEqual({
      level: 'info',
      event: 'plugin.log',
      fields: { said: 'posts.sending', fields: { posts: 2 } },
    }),
  )
})

test('asks its process whether a contact is one', async () => {
  const { lane } = await wellBehaved()
  expect(await lane.contact?.('@somebody')).toBe(null)
  expect(await lane.contact?.('somebody')).toBe('must begin with "@"')
})
