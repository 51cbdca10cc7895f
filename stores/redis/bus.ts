import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from '../../engine/log.ts'
import type { Bus } from '../../engine/ports/bus.ts'
import { createHearers } from '../rules/hearers.ts'
import type { Client, Connection } from './connect.ts'

export interface RedisBusOptions {
  readonly connection: Connection
  /** A name of this process that no other has, without spaces. */
  readonly node: string
  readonly log: Log
  /** How often it is proved that this node hears. */
  readonly beatMs?: number
}

/** A connection that hears, until it is lost. */
interface Listening {
  readonly client: Client
  /** Topics it has subscribed to, or is about to. */
  readonly topics: Set<string>
  /** `hears` when its first subscriptions are confirmed. */
  state: 'connecting' | 'hears' | 'lost'
  lose(): void
}

const againMs = 200

/** Pub/sub, sharded on a cluster. All topics are in one slot: the messages are few and small, a node needs one
 *  connection to hear them, and the one topic by which a node hears itself proves all. */
export function createRedisBus({ connection, node, log, beatMs = 2000 }: RedisBusOptions): Bus {
  const { tag, cluster, place } = connection
  const hearers = createHearers(log)
  const closing = new AbortController()
  const beatTopic = `node/${node}`
  /** The number of the last message published, a topic. */
  const published = new Map<string, number>()
  /** The number of the last message heard, a topic and node. */
  const heard = new Map<string, number>()
  let listening: Listening | null = null
  let beatDue: number | null = null

  const channelOf = (topic: string) => `${tag}:bus:${topic}`
  const subscribe = (client: Client, topic: string) =>
    cluster ? client.ssubscribe(channelOf(topic)) : client.subscribe(channelOf(topic))
  const unsubscribe = (client: Client, topic: string) =>
    cluster ? client.sunsubscribe(channelOf(topic)) : client.unsubscribe(channelOf(topic))

  /** Resolves with the number that the message has. */
  async function send(topic: string, text: string): Promise<number> {
    const number = (published.get(topic) ?? 0) + 1
    published.set(topic, number)
    const message = `${node} ${number} ${text}`
    await connection.ask((client) =>
      cluster ? client.spublish(channelOf(topic), message) : client.publish(channelOf(topic), message),
    )
    return number
  }

  function receive(channel: string, message: string): void {
    const topic = channel.slice(channelOf('').length)
    const [, from = '', digits = '', text = ''] = /^(\S+) (\d+) (.*)$/s.exec(message) ?? []
    const number = Number(digits)
    const key = `${from} ${topic}`
    const last = heard.get(key)
    // Overtaken, or sent twice, on its way through a cluster in trouble. Order is promised, arrival is not.
    if (last !== undefined && number <= last) return
    heard.set(key, number)
    // Its own were told when they were published.
    if (from === node) return
    if (last !== undefined && number > last + 1) hearers.gap(topic)
    hearers.tell(topic, text)
  }

  /** Subscribe to what is wanted and not heard yet. */
  async function catchUp({ client, topics }: Listening): Promise<void> {
    const wanted = [beatTopic, ...hearers.topics()].filter((topic) => !topics.has(topic))
    await Promise.all(
      wanted.map(async (topic) => {
        topics.add(topic)
        await subscribe(client, topic)
        hearers.gap(topic)
      }),
    )
  }

  async function begin(here: Listening): Promise<void> {
    await here.client.connect()
    if (here.state === 'lost') return
    heard.clear()
    beatDue = null
    listening = here
    await catchUp(here)
    if (here.state === 'connecting') here.state = 'hears'
  }

  /** One connection after the other. */
  async function listen(): Promise<void> {
    while (!closing.signal.aborted) {
      const client = connection.listener()
      await new Promise<void>((resolve) => {
        const here: Listening = {
          client,
          topics: new Set(),
          state: 'connecting',
          lose() {
            here.state = 'lost'
            closing.signal.removeEventListener('abort', here.lose)
            resolve()
          },
        }
        closing.signal.addEventListener('abort', here.lose)
        client.on('error', () => {})
        client.on('end', here.lose)
        client.on('-subscriber', here.lose)
        client.on(cluster ? 'smessage' : 'message', receive)
        begin(here).catch((error: unknown) => {
          log.debug({ redis: place, reason: String(error) }, 'bus.not_listening')
          here.lose()
        })
      })
      listening = null
      client.disconnect()
      await pause(againMs, undefined, { signal: closing.signal }).catch(() => {})
    }
  }

  /** A connection may be dead without saying so, or its subscriptions be gone with a slot that moved. */
  async function beat(): Promise<void> {
    const here = listening
    if (here?.state !== 'hears') return
    const last = heard.get(`${node} ${beatTopic}`) ?? 0
    if (beatDue !== null && last < beatDue) {
      log.warn({ redis: place }, 'bus.deaf')
      here.lose()
      return
    }
    const due = await send(beatTopic, '').catch(() => null)
    if (listening === here) beatDue = due
  }
  // After what has come in: a process that stood still is not deaf.
  const beats = setInterval(() => setImmediate(() => void beat()), beatMs)
  const listened = listen()

  return {
    publish(topic, text, onLost) {
      if (closing.signal.aborted) return
      hearers.tell(topic, text)
      send(topic, text).catch((error: unknown) => {
        log.debug({ topic, reason: String(error) }, 'bus.not_published')
        onLost?.()
      })
    },
    subscribe(topic, hear, onGap) {
      if (closing.signal.aborted) return () => {}
      const end = hearers.add(topic, hear, onGap)
      const here = listening
      // Of a topic that is heard already, nothing is missed.
      if (here !== null) catchUp(here).catch(here.lose)
      return () => {
        end()
        const now = listening
        if (now === null || hearers.has(topic) || !now.topics.delete(topic)) return
        unsubscribe(now.client, topic).catch(now.lose)
      }
    },
    hears: () => listening?.state === 'hears',
    async close() {
      clearInterval(beats)
      closing.abort()
      hearers.clear()
      await listened
    },
  }
}
