import { ses } from '../../plugins/ses/index.ts'
import { testChannel } from '../contract/index.ts'
import { startSes } from '../servers/ses.ts'

const keys = {
  region: 'eu-central-1',
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}

const subject = (settings: object) => async () => {
  const server = await startSes()
  const closed = await startSes()
  await closed.close()
  return {
    definition: ses,
    config: { ...keys, endpoint: server.url, ...settings },
    // A port that was free a moment ago.
    unreachable: { ...keys, endpoint: closed.url },
    received: () => server.taken.map(({ to, bytes }) => ({ to, bytes: withoutTop(bytes) })),
    close: () => server.close(),
  }
}

/** Without the line that the channel puts on top, as a relay does. */
const withoutTop = (bytes: Buffer): Buffer => bytes.subarray(bytes.indexOf('\r\n') + 2)

testChannel('ses', subject({}))
testChannel(
  'ses with one connection and a configuration set',
  subject({ connections: 1, configurationSet: 'news' }),
)
