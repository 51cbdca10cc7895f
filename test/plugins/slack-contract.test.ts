import { slack } from '../../plugins/slack/index.ts'
import { testNoteChannel } from '../contract/index.ts'
import { type SlackServer, shown, startSlack } from '../servers/slack.ts'

const ops = 'C0OPS00001'
const desk = 'C0DESK0001'
const nowhere = 'http://127.0.0.1:9'

const subjectOf = (
  server: SlackServer,
  config: object,
  unreachable: object,
  bot: boolean,
  secrets: readonly string[],
) => ({
  definition: slack,
  config: { timeoutMs: 2_000, ...config },
  unreachable: { timeoutMs: 2_000, ...unreachable },
  rooms: ['ops', 'desk'] as const,
  contacts: bot ? { good: 'U012AB3CD', bad: 'u012ab3cd' } : null,
  secrets,
  timeoutMs: 2_000,
  onError: 'unknown' as const,
  received: () =>
    server.messages.map((message) => ({
      to: { [ops]: 'ops', [desk]: 'desk', D012AB3CD: 'U012AB3CD' }[message.channel] ?? message.channel,
      ...shown(message),
    })),
  requests: () => server.posted().length,
  behave: (behaviour: Parameters<SlackServer['behave']>[0], room?: string) =>
    server.behave(behaviour, room === undefined ? undefined : { ops, desk }[room]),
  close: () => server.close(),
})

testNoteChannel('slack by a bot', async () => {
  const server = await startSlack()
  const { token, apiUrl } = server
  const rooms = { ops: { channel: ops }, desk: { channel: desk } }
  return subjectOf(server, { token, rooms, apiUrl }, { token, rooms, apiUrl: `${nowhere}/api/` }, true, [
    token,
  ])
})

testNoteChannel('slack by a bot, with buttons', async () => {
  const server = await startSlack()
  const { token, apiUrl } = server
  const rooms = { ops: { channel: ops }, desk: { channel: desk } }
  const config = { token, rooms, apiUrl, links: 'buttons', updates: 'edit' }
  return subjectOf(server, config, { ...config, apiUrl: `${nowhere}/api/` }, true, [token])
})

testNoteChannel('slack by webhooks', async () => {
  const server = await startSlack()
  const [first, second] = [server.webhook(ops), server.webhook(desk)]
  const lost = `${nowhere}/services/T0TEST/B0TEST/secret-3`
  return subjectOf(
    server,
    { rooms: { ops: { webhook: first }, desk: { webhook: second } } },
    { rooms: { ops: { webhook: lost }, desk: { webhook: lost } } },
    false,
    [new URL(first).pathname, new URL(second).pathname, 'secret-3'],
  )
})
