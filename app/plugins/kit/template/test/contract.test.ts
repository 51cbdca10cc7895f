import { testNoteChannel } from 'broadsheet/testing'
import myChannel from '../index.ts'
import { startServer } from './server.ts'

const token = 'let-me-in'
const rooms = ['newsroom', 'desk'] as const

// What every channel must do. Each test has a channel and a server of its own.
testNoteChannel('my-channel', async () => {
  const server = await startServer(token)
  return {
    definition: myChannel,
    config: { url: server.url, token, rooms },
    unreachable: { url: 'http://127.0.0.1:9/', token, rooms },
    rooms,
    contacts: null,
    secrets: [token],
    timeoutMs: 15_000,
    onError: 'transient',
    received: () =>
      server.received.map(({ room, text }) => ({
        to: room,
        text,
        mentions: [],
        // Plain text leads nowhere by itself; what is written out does.
        urls: [...text.matchAll(/https:\/\/example\.org\/\w*/g)].map(([url]) => url),
      })),
    requests: server.requests,
    behave: server.behave,
    close: server.close,
  }
})
