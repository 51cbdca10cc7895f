import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type PostgresServer, startPostgres } from '../../../app/demo/servers/postgres.ts'
import { exportSubscribers } from '../../../engine/audience/export.ts'
import type { Log } from '../../../engine/log.ts'
import type { PublicationId } from '../../../engine/model/ids.ts'
import type { Store } from '../../../engine/ports/store.ts'
import { connect } from '../../../stores/postgres/database/connect.ts'
import { createReplicaDatabase } from '../../../stores/postgres/database/replica.ts'
import { openPostgresStore, type PostgresStore } from '../../../stores/postgres/open.ts'
import { rollUp } from '../../contract/store/analytics/roll.ts'
import { newPeople, now, startRun } from '../../contract/store/scene.ts'

describe('reports from a replica', () => {
  let primary: PostgresServer
  let replica: PostgresServer
  let onPrimary: Client
  let store: PostgresStore
  let time = 0
  let lines: (readonly [event: string, reason: unknown])[] = []
  const note = (fields: object, event: string) => {
    if (event.startsWith('replica.')) lines.push([event, (fields as { reason?: unknown }).reason])
  }
  const log: Log = { debug() {}, info: note, warn: note, error: note, child: () => log }
  const open = (replicaLagMs: number) =>
    openPostgresStore({ url: primary.url, replica: replica.url, replicaLagMs, log, monotonic: () => time })

  const nextLook = () => {
    time += 1000
  }
  const seen = () => store.reports.subscribers.count({})
  const real = () => store.subscribers.count({})
  const onReplica = async (text: string) => {
    const client = new Client(replica.url)
    await client.connect()
    const { rows } = await client.query(text)
    await client.end()
    return rows
  }
  /** All that was written is replayed. */
  const caughtUp = async () => {
    const { rows } = await onPrimary.query('SELECT pg_current_wal_lsn() AS written')
    await expect
      .poll(() => onReplica(`SELECT pg_last_wal_replay_lsn() >= '${rows[0].written}' AS there`))
      .toEqual([{ there: true }])
  }
  /** All that was written is received, whether or not it is replayed. */
  const received = async () => {
    const { rows } = await onPrimary.query('SELECT pg_current_wal_lsn() AS written')
    await expect
      .poll(() => onReplica(`SELECT pg_last_wal_receive_lsn() >= '${rows[0].written}' AS there`))
      .toEqual([{ there: true }])
  }

  const pause = async () => {
    await onReplica('SELECT pg_wal_replay_pause()')
    await expect
      .poll(() => onReplica('SELECT pg_get_wal_replay_pause_state() AS state'))
      .toEqual([{ state: 'paused' }])
  }
  const resume = async () => {
    await onReplica('SELECT pg_wal_replay_resume()')
    await caughtUp()
  }

  beforeAll(async () => {
    primary = await startPostgres()
    onPrimary = new Client(primary.url)
    await onPrimary.connect()
    await (await openPostgresStore({ url: primary.url })).close()
    replica = await startPostgres({ replicaOf: primary, settings: { wal_retrieve_retry_interval: '100ms' } })
  })
  afterAll(async () => {
    await onPrimary.end()
    await replica.drop()
    await primary.drop()
  })
  beforeEach(async () => {
    lines = []
    // Something that it has replayed.
    await onPrimary.query('UPDATE salt SET value = value')
    await resume()
  })
  afterEach(() => store.close())

  test('events are read where they are written: a replica does not know of those that may still come', async () => {
    store = await open(3_600_000)
    await caughtUp()
    await pause()
    const [person] = await newPeople(store, 1, [])
    const event = {
      publicationId: 1 as PublicationId,
      subscriberId: person!,
      channel: 'smtp',
      at: now,
    } as const
    const [id] = await store.events.append([{ ...event, type: 'opened', code: null, detail: null }])
    nextLook()
    expect((await store.reports.events.page({ after: id! - 1, limit: 5 })).rows).toMatchObject([{ id }])
    expect(await store.reports.subscribers.get([person!])).toEqual([])
  })

  test('reads go to the replica, and what it has not replayed is not there yet', async () => {
    store = await open(3_600_000)
    await caughtUp()
    const before = await real()
    await pause()
    await newPeople(store, 3, [])
    await received()
    nextLook()
    expect(await real()).toBe(before + 3)
    expect(await seen()).toBe(before)
    await resume()
    expect(await seen()).toBe(before + 3)
    expect(lines).toEqual([])
  })

  test('numbers are those of the replica, and how far they are is told with them', async () => {
    store = await open(3_600_000)
    const publicationId = await startRun(store, {})
    const [person] = await newPeople(store, 1, [])
    const read = () =>
      store.events.append([
        {
          publicationId,
          subscriberId: person!,
          channel: 'smtp',
          type: 'opened',
          class: 'human',
          at: now,
          code: null,
          detail: null,
        },
      ])
    const numbers = async (from: Pick<Store, 'analytics'>) => {
      const { rolledTo, last } = await from.analytics.cursor()
      const query = { publicationIds: null, dimension: 'domain', byDay: false, byPublication: false } as const
      const [all] = await from.analytics.counts(query)
      const [top] = await from.analytics.counts({ ...query, top: 5 })
      return { waiting: last - rolledTo, opened: all?.n, top: top?.n, bins: await from.analytics.scores() }
    }
    await read()
    await rollUp(store)
    const before = await numbers(store)
    await caughtUp()
    await pause()
    await read()
    await rollUp(store)
    await read()
    await received()
    nextLook()
    expect(await numbers(store.reports)).toEqual(before)
    expect(await numbers(store)).toMatchObject({ waiting: 1, opened: 2 })
    await resume()
    expect(await numbers(store.reports)).toEqual(await numbers(store))
    expect(await store.reports.audienceFlow.look({ from: 0, to: 1_000_000 })).toEqual(
      await store.audienceFlow.look({ from: 0, to: 1_000_000 }),
    )
    expect(lines).toEqual([])
  })

  test('too far behind it is left, with one line, and taken again when it has caught up', async () => {
    store = await open(0)
    expect(await seen()).toBe(await real())
    await pause()
    await newPeople(store, 2, [])
    await received()
    for (let look = 0; look < 3; look += 1) {
      nextLook()
      expect(await seen()).toBe(await real())
    }
    expect(lines).toEqual([['replica.left', 'it is behind']])
    await resume()
    nextLook()
    await expect
      .poll(async () => {
        await seen()
        return lines.length
      })
      .toBe(2)
    expect(lines[1]).toEqual(['replica.back', undefined])
  })

  test('it is looked at once a second, however often it is asked', async () => {
    store = await open(0)
    await seen()
    await pause()
    const before = await real()
    await newPeople(store, 1, [])
    await received()
    time += 999
    expect(await seen()).toBe(before)
    await resume()
  })

  test('what it cannot do, the primary does, and it is kept', async () => {
    store = await open(3_600_000)
    const there = connect({ url: primary.url, connections: 1, log })
    const here = connect({ url: replica.url, connections: 1, replica: true, log })
    const db = createReplicaDatabase({
      primary: there,
      replica: here,
      lagMs: 3_600_000,
      monotonic: () => time,
      log,
    })
    await pause()
    await onPrimary.query('CREATE TABLE later AS SELECT 1 AS one')
    expect(await db.one('SELECT one FROM later')).toEqual({ one: 1 })
    expect(await db.tx((tx) => tx.one('SELECT one FROM later'))).toEqual({ one: 1 })
    expect(await db.one('SELECT pg_is_in_recovery() AS copy')).toEqual({ copy: true })
    expect(lines).toEqual([])
    await there.close()
    await here.close()
  })

  test('it is left when it receives nothing', async () => {
    store = await open(3_600_000)
    await caughtUp()
    await seen()
    const [{ conninfo }] = (await onReplica("SELECT current_setting('primary_conninfo') AS conninfo")) as [
      { conninfo: string },
    ]
    await onReplica("ALTER SYSTEM SET primary_conninfo = 'host=127.0.0.1 port=1'")
    await onReplica('SELECT pg_reload_conf()')
    await expect.poll(() => onReplica('SELECT pid FROM pg_stat_wal_receiver')).toEqual([])
    await newPeople(store, 1, [])
    nextLook()
    expect(await seen()).toBe(await real())
    expect(lines).toEqual([['replica.left', 'it receives nothing from its primary']])
    await onReplica(`ALTER SYSTEM SET primary_conninfo = '${conninfo}'`)
    await onReplica('SELECT pg_reload_conf()')
    await caughtUp()
  })

  test('nobody hears of a replica that is killed, and it is taken again when it is back', async () => {
    store = await open(3_600_000)
    const text = async () => (await Array.fromAsync(exportSubscribers(store, { format: 'csv' }))).join('')
    await caughtUp()
    nextLook()
    const whole = await text()
    expect(whole.split('\r\n').length).toBeGreaterThan(6)
    await replica.stop('kill')
    // Within the second of the last look, and beyond it.
    expect(await text()).toBe(whole)
    nextLook()
    expect(await text()).toBe(whole)
    expect(lines.map(([event]) => event)).toEqual(['replica.left'])
    await replica.start()
    await caughtUp()
    await expect
      .poll(async () => {
        nextLook()
        await seen()
        return lines.length
      })
      .toBe(2)
    expect(lines[1]?.[0]).toBe('replica.back')
    expect(await text()).toBe(whole)
  })

  test('one that is away from the start is none', async () => {
    await replica.stop()
    store = await open(5000)
    expect(await seen()).toBe(await real())
    expect(lines.map(([event]) => event)).toEqual(['replica.left'])
    await replica.start()
    await caughtUp()
  })

  test('a database that is nobody’s replica is not read', async () => {
    await replica.promote()
    store = await open(3_600_000)
    await newPeople(store, 1, [])
    expect(await seen()).toBe(await real())
    expect(lines).toEqual([['replica.left', 'it is no replica']])
  })
})
