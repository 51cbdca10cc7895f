import { Client } from 'pg'
import { describe, expect, test } from 'vitest'
import { startPostgres } from '../../../app/demo/servers/postgres.ts'
import { openStore } from '../../../stores/open.ts'
import { now } from '../../contract/store/scene.ts'
import { makeDatabase } from './database.ts'

async function ask(url: string, text: string): Promise<unknown[]> {
  const client = new Client(url)
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}
const named = (url: string, change: (url: URL) => void): string => {
  const next = new URL(url)
  change(next)
  return next.href
}

/** What a daemon finds that starts on it, and after its first beat. */
async function foundAt(url: string) {
  const store = await openStore(url)
  const found = await store.presence.found()
  await store.presence.beat(now + 1)
  const after = await store.presence.found()
  await store.close()
  return [found.restored, after.restored, found.lastActiveAt]
}

describe('presence', () => {
  test('a copy is known for one until a daemon has worked on it', async () => {
    const { url, drop } = await makeDatabase()
    expect(await foundAt(url)).toEqual([false, false, null])
    expect(await foundAt(url)).toEqual([false, false, now + 1])
    const [name, copy] = [new URL(url).pathname.slice(1), `${new URL(url).pathname.slice(1)}_copy`]
    const server = named(url, (next) => {
      next.pathname = '/postgres'
    })
    await ask(server, `CREATE DATABASE ${copy} TEMPLATE ${name}`)
    const copyUrl = named(url, (next) => {
      next.pathname = `/${copy}`
    })
    expect(await foundAt(copyUrl)).toEqual([true, false, now + 1])
    await ask(server, `DROP DATABASE ${copy} WITH (FORCE)`)
    await drop()
  })

  test('a user who may not ask which cluster it is works, and knows a copy within it', async () => {
    const { url, drop } = await makeDatabase()
    const role = `${new URL(url).pathname.slice(1)}_user`
    await ask(
      url,
      `CREATE ROLE ${role} LOGIN PASSWORD 'secret';
       GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role};
       GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ${role};
       REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC`,
    )
    const own = named(url, (next) => {
      next.username = role
      next.password = 'secret'
    })
    expect(await foundAt(own)).toEqual([false, false, null])
    expect(await ask(url, 'SELECT mark FROM presence')).toEqual(
      await ask(url, 'SELECT oid::text AS mark FROM pg_database WHERE datname = current_database()'),
    )
    await ask(url, "UPDATE presence SET mark = '1'")
    expect(await foundAt(own)).toEqual([true, false, now + 1])
    await ask(url, `DROP OWNED BY ${role}; DROP ROLE ${role}`)
    await drop()
  })

  test('a replica that was promoted asks for confirmation, once', async () => {
    const primary = await startPostgres()
    const before = await openStore(primary.url)
    await before.presence.beat(now)
    const replica = await startPostgres({ replicaOf: primary })
    await before.presence.beat(now + 1)
    await expect.poll(() => ask(replica.url, 'SELECT at FROM presence')).toEqual([{ at: `${now + 1}` }])
    await before.close()
    await primary.stop('kill')
    await replica.promote()
    // At once, when its control file does not say so yet.
    expect(await foundAt(replica.url)).toEqual([true, false, now + 1])
    await replica.drop()
    await primary.drop()
  })
})
