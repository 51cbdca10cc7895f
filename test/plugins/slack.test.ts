import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createGuard } from '../../app/fetch/guard.ts'
import type { Channel, ChannelContext, Outcome, Post } from '../../engine/channel/index.ts'
import { slack } from '../../plugins/slack/index.ts'
import { createTestClock, type TestClock } from '../engine/support/clock.ts'
import type { ChatAnswer } from '../servers/chat.ts'
import { foreignChannel, type SlackMessage, type SlackServer, shown, startSlack } from '../servers/slack.ts'
import { createHeardLog, diskNote, laterOf, never, postOf } from './posts.ts'

let server: SlackServer
let clock: TestClock
let log: ReturnType<typeof createHeardLog>
let channels: Channel<Post>[] = []

beforeEach(async () => {
  server = await startSlack()
  clock = createTestClock()
  log = createHeardLog()
  channels = []
})
afterEach(async () => {
  await Promise.all(channels.map((channel) => channel.close()))
  await server.close()
})

const open = async (settings: object = {}, context: Partial<ChannelContext> = {}) => {
  const { token, apiUrl } = server
  const rooms = {
    ops: { channel: 'C0OPS00001' },
    desk: { channel: 'C0DESK0001' },
    hook: { webhook: server.webhook('C0OPS00001') },
  }
  const config = slack.config.parse({ token, apiUrl, rooms, ...settings })
  const channel = await slack.open(config, { clock, log, random: () => 0.5, ...context })
  channels.push(channel)
  return channel
}
const send = async (channel: Channel<Post>, post: Post): Promise<Outcome> =>
  (await channel.send([post], never))[0]!
const receiptOf = (outcome: Outcome) => (outcome.status === 'sent' ? outcome.receipt : undefined)
const titles = (messages: readonly SlackMessage[]) =>
  messages.map((message) => shown(message).text.split('\n')[0])
/** From now on this method, or the webhook, is answered so. */
const answer = (path: string, given: ChatAnswer) => {
  server.answer = ({ url }) => (url.pathname.includes(path) ? given : undefined)
}
const refuse = (method: string, error: string) => answer(method, { status: 200, body: { ok: false, error } })

describe('settings', () => {
  const problems = (settings: object) =>
    slack.config.safeParse(settings).error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`)

  test('say what is missing', () => {
    expect(problems({})).toEqual(['rooms is needed where there is no "token"'])
    expect(problems({ rooms: { ops: { channel: 'C0OPS00001' } } })).toEqual([
      'rooms.ops.channel needs "token" beside "rooms"',
    ])
    expect(problems({ token: 'xoxb-1', rooms: { ops: {} } })).toEqual([
      'rooms.ops must have either "webhook" or "channel"',
    ])
    expect(problems({ token: 'xoxb-1', rooms: { ops: { channel: '#ops' } } })?.[0]).toContain(
      'must be a channel id',
    )
    expect(problems({ token: 'xoxb 1' })).toEqual(['token must be one word'])
    expect(problems({ token: 'xoxb-1', rooms: { U012AB3CD: { channel: 'C0OPS00001' } } })?.length).toBe(1)
    expect(problems({ token: 'xoxb-1' })).toBe(undefined)
  })
})

describe('a later post of a thread, by the bot', () => {
  const later = async (settings: object, reason: Post['reason'], to = 'ops') => {
    const channel = await open(settings)
    const first = postOf(to)
    const sent = await send(channel, first)
    const outcome = await send(channel, laterOf(first, receiptOf(sent), { reason }))
    return { sent, outcome, messages: server.messages }
  }

  test.each(['acknowledged', 'resolved', 'expired'] as const)(
    '%s changes the message, and says so below it',
    async (reason) => {
      const { sent, outcome, messages } = await later({}, reason)
      expect(outcome).toEqual(sent)
      expect(titles(messages)).toEqual(['✅ Resolved: Disk full', '✅ Resolved: Disk full'])
      expect(messages[0]).toMatchObject({ thread: null, edits: 1 })
      expect(messages[1]).toMatchObject({ thread: messages[0]!.ts, broadcast: false, edits: 0 })
      expect(shown(messages[1]!).text).toBe('✅ Resolved: Disk full')
    },
  )

  test.each(['repeat', 'escalated'] as const)('%s is said below it and in the room', async (reason) => {
    const { sent, outcome, messages } = await later({}, reason)
    expect(outcome).toEqual(sent)
    expect(messages[0]).toMatchObject({ edits: 0 })
    expect(messages[1]).toMatchObject({ thread: messages[0]!.ts, broadcast: true })
    expect(shown(messages[1]!).text).toContain('It has 2 % left')
  })

  test('changed does both', async () => {
    const { messages } = await later({}, 'changed')
    expect(messages[0]).toMatchObject({ edits: 1 })
    expect(messages[1]).toMatchObject({ thread: messages[0]!.ts, broadcast: true })
  })

  test.each(['firing', 'digest'] as const)('%s is a message of its own', async (reason) => {
    const { sent, outcome, messages } = await later({}, reason)
    expect(receiptOf(outcome)).not.toBe(receiptOf(sent))
    expect(messages.map(({ thread, edits }) => [thread, edits])).toEqual([
      [null, 0],
      [null, 0],
    ])
  })

  test('only changes it, or only answers, where the settings say so', async () => {
    await later({ updates: 'edit' }, 'resolved')
    expect(server.messages).toMatchObject([{ edits: 1 }])
    await later({ updates: 'edit' }, 'repeat', 'desk')
    expect(server.messages.slice(1)).toMatchObject([
      { edits: 0, thread: null },
      { edits: 0, thread: null },
    ])
    const { messages } = await later({ updates: 'reply' }, 'resolved')
    expect(messages.at(-2)).toMatchObject({ edits: 0, thread: null })
    expect(messages.at(-1)).toMatchObject({ thread: messages.at(-2)!.ts, broadcast: false })
    expect(shown(messages.at(-1)!).text).toContain('It has 2 % left')
  })

  test('of a person finds the message in the channel that only the receipt names', async () => {
    const { sent, messages } = await later({}, 'resolved', 'U012AB3CD')
    expect(receiptOf(sent)).toMatch(/^D012AB3CD:/)
    expect(messages).toMatchObject([{ edits: 1 }, { thread: messages[0]!.ts }])
  })

  test('is a message of its own where the earlier one is gone, or is of another channel', async () => {
    const channel = await open()
    const first = postOf('ops')
    const sent = await send(channel, first)
    server.delete(server.messages[0]!.ts)
    expect(receiptOf(await send(channel, laterOf(first, receiptOf(sent))))).toMatch(/^C0OPS00001:/)
    expect(server.messages).toMatchObject([{ thread: null, edits: 0 }])
    // The room was another channel when that was posted.
    const again = await send(channel, first)
    const other = await send(channel, { ...laterOf(first, receiptOf(again)), to: 'desk' })
    expect(receiptOf(other)).toMatch(/^C0DESK0001:/)
    expect(server.messages).toMatchObject([{ edits: 0 }, { edits: 0 }, { edits: 0, thread: null }])
  })

  test('is answered all the same where it can be edited no more', async () => {
    const channel = await open()
    const first = postOf('ops')
    const sent = await send(channel, first)
    refuse('chat.update', 'edit_window_closed')
    expect(await send(channel, laterOf(first, receiptOf(sent)))).toEqual(sent)
    expect(server.messages).toMatchObject([{ edits: 0 }, { thread: server.messages[0]!.ts }])
    expect(log.events).toContain('slack.not_edited')
  })

  test('may go again after an edit of which nobody knows, since nothing was posted', async () => {
    const channel = await open()
    const first = postOf('ops')
    const sent = await send(channel, first)
    for (const error of ['internal_error', 'service_unavailable', 'ratelimited', 'invalid_auth']) {
      refuse('chat.update', error)
      const { status } = await send(channel, laterOf(first, receiptOf(sent)))
      expect(status).toBe(error === 'invalid_auth' ? 'unsent' : 'transient')
      clock.advance(60_000)
    }
    expect(server.messages.length).toBe(1)
    server.answer = () => undefined
    expect((await send(channel, laterOf(first, receiptOf(sent)))).status).toBe('sent')
    expect(server.messages.length).toBe(2)
  })
})

describe('a webhook', () => {
  test('gives no receipt, and takes later posts as messages of their own', async () => {
    const channel = await open()
    expect(await send(channel, postOf('hook'))).toEqual({ id: 1, status: 'sent', code: null, detail: null })
    expect((await send(channel, laterOf(postOf('hook'), 'C0OPS00001:1764000000.000001'))).status).toBe('sent')
    expect(server.messages).toMatchObject([
      { edits: 0, thread: null },
      { edits: 0, thread: null },
    ])
  })

  test.each([
    [404, 'no_service', 'permanent'],
    [404, 'channel_not_found', 'permanent'],
    [403, 'invalid_token', 'permanent'],
    [403, 'action_prohibited', 'permanent'],
    [410, 'channel_is_archived', 'permanent'],
    [400, 'user_not_found', 'permanent'],
    [403, '<html>Forbidden</html>', 'permanent'],
    [500, 'rollup_error', 'unknown'],
    [502, '<html>Bad Gateway</html>', 'unknown'],
    [503, '', 'transient'],
    [302, '', 'unsent'],
    [200, '<html>Welcome</html>', 'unknown'],
  ] as const)('that answers %i %s is %s', async (status, body, becomes) => {
    const channel = await open()
    answer('/services/', { status, body })
    const outcome = await send(channel, postOf('hook'))
    expect(outcome.status).toBe(becomes)
    expect(outcome.code).toBe(/^[a-z_]+$/.test(body) ? body : status === 200 ? 'garbled' : String(status))
  })
})

describe('an error of the Web API', () => {
  const become: readonly [status: Outcome['status'], scope: string | null, errors: string][] = [
    [
      'permanent',
      null,
      'channel_not_found not_in_channel is_archived restricted_action restricted_action_read_only_channel no_permission user_not_found messages_tab_disabled cannot_dm_bot msg_too_long invalid_blocks no_text invalid_arguments',
    ],
    [
      'unsent',
      null,
      'not_authed invalid_auth account_inactive token_revoked token_expired missing_scope not_allowed_token_type access_denied ekm_access_denied org_login_required',
    ],
    ['transient', 'channel', 'service_unavailable request_timeout team_added_to_org'],
    ['transient', 'room', 'ratelimited rate_limited'],
    ['transient', 'recipient', 'a_word_of_tomorrow'],
    ['unknown', null, 'internal_error fatal_error'],
  ]
  const each = become.flatMap(([status, scope, errors]) =>
    errors.split(' ').map((error) => [error, status, scope] as const),
  )

  test.each(each)('%s is %s', async (error, status, scope) => {
    const channel = await open()
    refuse('chat.postMessage', error)
    const outcome = await send(channel, postOf('ops'))
    expect(outcome).toMatchObject({ status, code: error, detail: expect.stringContaining(error) })
    if (outcome.status === 'transient') expect(outcome.scope).toBe(scope)
    if (outcome.status === 'permanent') expect(outcome.suppress).toBe(false)
  })

  test('tells what to do about it', async () => {
    const channel = await open({ rooms: { other: { channel: foreignChannel } } })
    expect(await send(channel, postOf('other'))).toMatchObject({
      status: 'permanent',
      detail: 'Slack answered not_in_channel. Invite the bot there: /invite @its-name.',
    })
  })

  test.each([
    [500, '', 'unknown'],
    [503, '', 'transient'],
    [404, 'not found', 'unsent'],
    [307, '', 'unsent'],
    [200, 'not JSON', 'unknown'],
    [200, { ok: true }, 'sent'],
  ] as const)('status %i %j is %s', async (status, body, becomes) => {
    const channel = await open()
    answer('chat.postMessage', { status, body })
    expect((await send(channel, postOf('ops'))).status).toBe(becomes)
  })
})

describe('what Slack refuses for its content', () => {
  test.each(['ops', 'hook'])('goes again in letters only (%s)', async (to) => {
    const channel = await open()
    server.answer = ({ body }) =>
      body.includes('image_url')
        ? {
            status: to === 'ops' ? 200 : 400,
            body: to === 'ops' ? { ok: false, error: 'invalid_blocks' } : 'invalid_blocks',
          }
        : undefined
    expect((await send(channel, postOf(to))).status).toBe('sent')
    expect(server.posted().length).toBe(2)
    const [message] = server.messages
    expect(shown(message!).text).toContain('🔴 Disk full on <db1>\nhttps://prom.example.org/graph?a=1&b=2')
    expect(shown(message!).text).toContain('Acknowledge: https://example.org/a?t=1')
    expect(message!.content.attachments).toEqual([])
    expect(log.events).toEqual(['slack.plain'])
  })
})

describe('limits', () => {
  test('hold the rest of a batch for the same room, and let others go', async () => {
    const channel = await open()
    server.behave({ do: 'limited', retryAfterMs: 7_000 }, 'C0OPS00001')
    const batch = [postOf('ops'), postOf('ops'), postOf('desk')].map((post, id) => ({ ...post, id }))
    const outcomes = (await channel.send(batch, never)).toSorted((a, b) => a.id - b.id)
    expect(outcomes).toMatchObject([
      { status: 'transient', scope: 'room', retryAfterMs: 7_000, code: 'ratelimited' },
      { status: 'transient', scope: 'room', retryAfterMs: 7_000, code: 'held' },
      { status: 'sent' },
    ])
    expect(server.posted().length).toBe(2)
  })

  test('posts for one room keep their order', async () => {
    const channel = await open()
    const batch = Array.from({ length: 10 }, (_, id) => ({
      ...postOf(id % 2 === 0 ? 'ops' : 'desk'),
      id,
      note: { ...diskNote, title: `No ${id}` },
    }))
    await channel.send(batch, never)
    const inRoom = (id: string) => titles(server.messages.filter(({ channel: at }) => at === id))
    expect(inRoom('C0OPS00001')).toEqual([0, 2, 4, 6, 8].map((n) => `🔴 No ${n}`))
    expect(inRoom('C0DESK0001')).toEqual([1, 3, 5, 7, 9].map((n) => `🔴 No ${n}`))
  })
})

describe('a probe', () => {
  test('asks for the token, and each webhook, and posts nothing', async () => {
    const channel = await open()
    expect(await channel.probe(never)).toEqual({
      ok: true,
      detail: 'Slack is ready: the bot is broadsheet in Acme, 1 webhooks answer',
    })
    expect(server.messages).toEqual([])
  })

  test('names what is wrong, and shows no key', async () => {
    const webhook = `${server.origin}/services/T/B/secret-9`
    const channel = await open({ token: 'xoxb-wrong', rooms: { ops: { webhook } } })
    const { ok, detail } = await channel.probe(never)
    expect(ok).toBe(false)
    expect(detail).toContain('Slack answered invalid_auth.')
    expect(detail).toContain('ops: Slack answered no_service. The webhook was deleted')
    expect(detail).not.toMatch(/secret-9|xoxb/)
  })
})

test('nothing of the inside is reached, unless the operator allows it', async () => {
  const closed = createGuard({ allow: [], ports: [Number(new URL(server.origin).port)] })
  const channel = await open({}, { egress: closed })
  for (const to of ['ops', 'hook'])
    expect(await send(channel, postOf(to))).toMatchObject({
      status: 'unsent',
      code: 'egress',
      detail: expect.stringContaining('egress.allow'),
    })
  expect((await channel.probe(never)).ok).toBe(false)
  expect(server.asked).toEqual([])
  const allowed = await open({}, { egress: createGuard({ allow: ['127.0.0.1'], ports: [] }) })
  expect((await send(allowed, postOf('ops'))).status).toBe('sent')
})
