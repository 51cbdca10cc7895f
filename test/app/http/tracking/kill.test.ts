import { Agent, request } from 'node:http'
import { expect, test, vi } from 'vitest'
import { createLinks } from '../../../../engine/compose/links.ts'
import type { EventId, SubscriberId } from '../../../../engine/model/ids.ts'
import { openStore } from '../../../../stores/open.ts'
import { readLeft } from '../../../faults/support/books.ts'
import { startDaemon } from '../../../faults/support/daemon.ts'
import { openHouse } from '../../../faults/support/house.ts'
import { browser, keyOf, sendOut, targets } from './desk.ts'

const secret = 'a secret that outlives the kill'
const people = 60
const clients = 24
const answersBeforeKill = 600

test('kill -9 under load loses no click and no open that was answered', async () => {
  const house = await openHouse({ people, settings: { secrets: [secret] } })
  const store = await openStore(`sqlite:${house.database}`)
  const publicationId = await sendOut(store, Date.now() - 3_600_000, targets)
  await store.close()
  const links = createLinks({ secrets: [secret], publicUrl: 'https://news.example' })

  /** By reader and what they did. */
  const asked = new Map<string, number>()
  const answered = new Map<string, number>()
  for (let kill = 0; kill < 2; kill++) {
    const daemon = await startDaemon(house)
    const agent = new Agent({ keepAlive: true, maxSockets: clients })
    const goal = sum(answered) + answersBeforeKill
    let killed = false
    const visit = async (turn: number): Promise<void> => {
      for (let n = turn; !killed; n += clients) {
        const reader = 1 + (n % people)
        const link = n % (targets.length + 1)
        const token = links.token(publicationId, reader as SubscriberId)
        const path = link < targets.length ? `/c/${token}/${keyOf(targets[link]!)}` : `/t/${token}.gif`
        add(asked, `${reader} ${link}`)
        const status = await statusOf(daemon.url + path, agent).catch(() => null)
        if (status === null) return
        expect(status).toBe(link < targets.length ? 302 : 200)
        add(answered, `${reader} ${link}`)
      }
    }
    const visits = Array.from({ length: clients }, (_, turn) => visit(turn))
    await vi.waitFor(() => expect(sum(answered)).toBeGreaterThan(goal), { interval: 5, timeout: 300_000 })
    await daemon.kill()
    killed = true
    await Promise.all(visits)
    agent.destroy()
  }

  const written = new Map<string, number>()
  await readLeft(house, async (left) => {
    for (let after: number | null = 0; after !== null; ) {
      const page: Awaited<ReturnType<typeof left.events.page>> = await left.events.page({
        after: after as EventId,
        limit: 1000,
      })
      for (const { subscriberId, link, was } of page.rows)
        if (was === null) add(written, `${subscriberId} ${link ?? targets.length}`)
      after = page.next
    }
  })
  const lost = [...answered].filter(([what, n]) => (written.get(what) ?? 0) < n)
  const made = [...written].filter(([what, n]) => n > (asked.get(what) ?? 0))
  expect({ lost, made }).toEqual({ lost: [], made: [] })
})

const add = (counts: Map<string, number>, what: string): void =>
  void counts.set(what, (counts.get(what) ?? 0) + 1)
const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((a, b) => a + b, 0)

const statusOf = (url: string, agent: Agent): Promise<number> =>
  new Promise((resolve, reject) => {
    request(url, { agent, headers: browser }, (answer) => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode!))
      answer.on('error', reject)
    })
      .on('error', reject)
      .end()
  })
