import { smtp } from '../../plugins/smtp/index.ts'
import { testChannel } from '../contract/index.ts'
import { startSink } from '../servers/smtp-sink.ts'

const subject = (settings: object, extensions?: readonly string[]) => async () => {
  const sink = await startSink({ keep: true, ...(extensions === undefined ? {} : { extensions }) })
  return {
    definition: smtp,
    config: { host: '127.0.0.1', port: sink.port, ...settings },
    // A port that was free a moment ago.
    unreachable: { host: '127.0.0.1', port: await closedPort() },
    received: () => sink.received().map(({ to }, n) => ({ to, bytes: sink.bodies()[n] ?? new Uint8Array() })),
    close: () => sink.close(),
  }
}

async function closedPort(): Promise<number> {
  const sink = await startSink()
  await sink.close()
  return sink.port
}

testChannel('smtp', subject({}))
testChannel('smtp without pipelining, one connection', subject({ pipelining: 'off', connections: 1 }))
testChannel('smtp to a server that offers nothing', subject({ messagesPerConnection: 3 }, []))
