import { discord } from '../../plugins/discord/index.ts'
import { testNoteChannel } from '../contract/index.ts'
import { type DiscordServer, shown, startDiscord } from '../servers/discord.ts'

const subjectOf = (server: DiscordServer, settings: object = {}) => {
  const hooks = { ops: server.webhook(), desk: server.webhook() }
  const nameOf = (id: string) => (id === hooks.ops.id ? 'ops' : 'desk')
  const lost = { webhook: `http://127.0.0.1:9/api/webhooks/${hooks.ops.id}/${hooks.ops.token}` }
  const common = { timeoutMs: 2_000, ...settings }
  return {
    definition: discord,
    config: { ...common, rooms: { ops: { webhook: hooks.ops.url }, desk: { webhook: hooks.desk.url } } },
    unreachable: { ...common, rooms: { ops: lost, desk: lost } },
    rooms: ['ops', 'desk'] as const,
    contacts: null,
    secrets: [hooks.ops.token, hooks.desk.token],
    timeoutMs: 2_000,
    onError: 'unknown' as const,
    received: () => server.messages.map(({ by, payload }) => ({ to: nameOf(by), ...shown(payload) })),
    requests: () => server.posted().length,
    behave: (behaviour: Parameters<DiscordServer['behave']>[0], room?: string) =>
      server.behave(behaviour, room === undefined ? undefined : hooks[room as 'ops' | 'desk'].id),
    close: () => server.close(),
  }
}

testNoteChannel('discord', async () => subjectOf(await startDiscord()))
testNoteChannel('discord that only edits', async () => subjectOf(await startDiscord(), { updates: 'edit' }))
