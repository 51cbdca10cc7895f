import { testNoteChannel } from 'broadsheet/testing'
import ntfy from '../index.ts'
import { startNtfy } from './server.ts'

const token = 'tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2'
const rooms = { newsroom: 'newsroom-x7Fq2', desk: 'desk-9Kd' }
const nameOf = new Map(Object.entries(rooms).map(([room, topic]) => [topic, room]))

testNoteChannel('ntfy', async () => {
  const server = await startNtfy({ tokens: { [token]: [...Object.values(rooms), 'ruth-4hGq'] } })
  const { host } = new URL(server.url)
  return {
    definition: ntfy,
    config: { server: server.url, token, rooms },
    unreachable: { server: 'http://127.0.0.1:9', token, rooms },
    rooms: ['newsroom', 'desk'],
    contacts: { good: `${host}/ruth-4hGq`, bad: 'ruth@example.org' },
    secrets: [token],
    timeoutMs: 15_000,
    onError: 'transient',
    received: () =>
      server.taken.map(({ topic, title, message, click, attach, actions = [] }) => ({
        to: nameOf.get(topic) ?? `${host}/${topic}`,
        text: [title, message, ...actions.map(({ label }) => label)].join('\n'),
        mentions: [],
        urls: [click, attach, ...actions.map(({ url }) => url)].filter((url) => url !== undefined),
      })),
    requests: server.requests,
    behave: (behaviour, room) => server.behave(behaviour, room && rooms[room as keyof typeof rooms]),
    close: server.close,
  }
})
