import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { vaultFile, vaultKeysOf } from '../../../app/config/vault.ts'
import { loadConfig } from '../../../app/config.ts'
import { type Daemon, startDaemon } from '../../../app/daemon.ts'
import { resealAll, totpPlace } from '../../../engine/access/reseal.ts'
import { createVault } from '../../../engine/access/vault.ts'
import { systemClock } from '../../../engine/clock.ts'
import { createLinks } from '../../../engine/compose/links.ts'
import { createPersonTokens } from '../../../engine/compose/person-token.ts'
import { silentLog } from '../../../engine/log.ts'
import type { PublicationId } from '../../../engine/model/ids.ts'
import { newUser } from '../../../engine/model/user.ts'
import type { Store } from '../../../engine/ports/store.ts'
import { openMemoryStore } from '../../../stores/memory/open.ts'
import { openStore } from '../../../stores/open.ts'
import { makeDatabase } from '../../stores/postgres/database.ts'
import { linesUntil, startChild } from '../../stores/support/child.ts'
import { run } from './outside.ts'

let cwd = ''
let data = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'broadsheet-rotate-'))
  data = join(cwd, 'broadsheet-data')
  writeFileSync(join(cwd, 'broadsheet.yaml'), 'http: { port: 0 }\n')
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

const url = () => `sqlite:${join(data, 'broadsheet.db')}`
const linesOf = (file: string) => readFileSync(join(data, file), 'utf8').trim().split('\n')
const daemonHere = async (): Promise<Daemon> => {
  const daemon = await startDaemon(loadConfig({ cwd, env: {} }), { log: silentLog, version: '1.2.3' })
  onTestFinished(() => daemon.stop())
  return daemon
}

/** Users with second factors, sealed under the first of `keys`; by name, the secret. */
async function furnish(store: Store, keys: readonly string[], names: readonly string[]) {
  const vault = createVault(keys)
  for (const name of names) {
    const user = await store.users.insert(newUser({ name, fullName: '', role: 'owner' }), 1)
    const totp = {
      secret: vault.seal(Buffer.from(`of ${name}`), totpPlace(user.id)),
      lastStep: 7,
      confirmedAt: 1,
    }
    await store.users.update(user.id, 1, { ...user, totp }, 1)
  }
  await store.users.insert(newUser({ name: 'none@example.org', fullName: '', role: 'editor' }), 1)
}

async function openAll(store: Store, keys: readonly string[]): Promise<readonly string[]> {
  const vault = createVault(keys)
  const { rows } = await store.users.page({ after: 0, limit: 100 })
  return rows.flatMap(({ id, totp }) =>
    totp === null ? [] : [String(vault.open(totp.secret, totpPlace(id)))],
  )
}

const withStore = async <T>(where: string, work: (store: Store) => Promise<T>): Promise<T> => {
  const store = await openStore(where)
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}
const names = ['a@example.org', 'b@example.org', 'c@example.org', 'd@example.org']
const secrets = names.map((name) => `of ${name}`)
const keysHere = () => vaultKeysOf({ data, store: url(), vaultKeys: null })

describe('secrets rotate', () => {
  test('signs anew, and leaves what is out as good as it was', async () => {
    const first = await daemonHere()
    const [person] = await first.engine.store.subscribers.upsert([{ address: 'p@example.org' }], {
      lists: [],
      now: 1,
    })
    const before = linesOf('secrets')
    const pathOf = (all: readonly string[]) =>
      new URL(createPersonTokens({ secrets: all, publicUrl: 'http://x' }).manageUrl(person!.id)).pathname
    const path = pathOf(before)
    expect((await fetch(first.url + path)).status).toBe(200)
    expect((await fetch(first.url + pathOf(['not-one-of-the-secrets']))).status).toBe(404)
    await first.stop()

    const { code, out, json } = await run(cwd, ['secrets', 'rotate', '--json'])
    expect([code, json]).toEqual([0, [{ file: join(data, 'secrets'), secrets: 2 }]])
    const after = linesOf('secrets')
    expect(after.slice(1)).toEqual(before)
    expect(after[0]).not.toBe(before[0])
    expect(out).not.toContain(after[0])
    expect(statSync(join(data, 'secrets')).mode & 0o777).toBe(0o600)
    expect(readdirSync(data).filter((name) => name.startsWith('secrets'))).toEqual(['secrets'])

    const second = await daemonHere()
    expect((await fetch(second.url + path)).status).toBe(200)
    const links = (all: readonly string[]) => createLinks({ secrets: all, publicUrl: 'http://x' })
    const delivery = [3 as PublicationId, person!.id] as const
    expect(links(before).read(links(after).token(...delivery))).toBeNull()
    expect(links(after).read(links(before).token(...delivery))).toMatchObject({ subscriberId: person!.id })
    expect(links(after).messageId(...delivery, 'smtp', 'example.org')).toBe(
      links(before).messageId(...delivery, 'smtp', 'example.org'),
    )
  })

  test('tells of a daemon that must be restarted, and of a setting that is not its to write', async () => {
    const daemon = await daemonHere()
    const again = await run(cwd, ['secrets', 'rotate'])
    expect(again.err).toContain(`The daemon (process ${process.pid}) signs as before until it is restarted.`)
    expect(again.out).toContain('1 earlier one in')
    await daemon.stop()
    writeFileSync(join(cwd, 'broadsheet.yaml'), 'secrets: [a-secret-of-the-settings]\n')
    const { code, err } = await run(cwd, ['secrets', 'rotate'])
    expect(code).toBe(3)
    expect(err).toContain('put a new one before the others there')
    expect(linesOf('secrets')).toHaveLength(2)
  })
})

describe('vault rotate', () => {
  test('seals everything under a new key, as often as it is asked to', async () => {
    const [first] = keysHere()
    await withStore(url(), (store) => furnish(store, keysHere(), names))
    for (const round of [2, 3]) {
      const { code, json } = await run(cwd, ['vault', 'rotate', '--json'])
      expect([code, json]).toEqual([0, [{ resealed: 4, fresh: 0, lost: [], keys: round, made: true }]])
    }
    expect(keysHere()[2]).toBe(first)
    expect(statSync(vaultFile(data)).mode & 0o777).toBe(0o600)
    await withStore(url(), async (store) => {
      expect(await openAll(store, keysHere().slice(0, 1))).toEqual(secrets)
      expect((await store.users.page({ after: 0, limit: 1 })).rows[0]?.totp).toMatchObject({ lastStep: 7 })
      const { rows } = await store.audit.page({ before: null, limit: 10, action: 'vault.rotate' })
      expect(rows.map(({ detail }) => detail)).toEqual([
        { resealed: 4, fresh: 0, lost: 0, keys: 3 },
        { resealed: 4, fresh: 0, lost: 0, keys: 2 },
      ])
    })
  })

  test('killed half-way, opens all the same, and the same command does the rest', async () => {
    await withStore(url(), (store) => furnish(store, keysHere(), names))
    const child = startChild('rotate-until-killed.ts', [data])
    expect(await linesUntil(child, 'waits')).toHaveLength(3)
    await child.kill()
    expect(keysHere()).toHaveLength(2)
    await withStore(url(), async (store) => expect(await openAll(store, keysHere())).toEqual(secrets))
    const { code, json } = await run(cwd, ['vault', 'rotate', '--json'])
    expect([code, json]).toEqual([0, [expect.objectContaining({ resealed: 4, keys: 3 })]])
    await withStore(url(), async (store) =>
      expect(await openAll(store, keysHere().slice(0, 1))).toEqual(secrets),
    )
  })

  test('touches nothing while a daemon has the store', async () => {
    const daemon = await daemonHere()
    const { code } = await run(cwd, ['vault', 'rotate'])
    expect(code).toBe(6)
    expect(readdirSync(data)).not.toContain('vault')
    await daemon.stop()
  })

  test('names those whose key is lost, and seals the others', async () => {
    await withStore(url(), (store) => furnish(store, keysHere(), names.slice(0, 2)))
    rmSync(vaultFile(data))
    await withStore(url(), async (store) => {
      const user = await store.users.insert(
        newUser({ name: 'new@example.org', fullName: '', role: 'editor' }),
        1,
      )
      const secret = createVault(keysHere()).seal(Buffer.from('new'), totpPlace(user.id))
      await store.users.update(user.id, 1, { ...user, totp: { secret, lastStep: null, confirmedAt: 1 } }, 1)
    })
    const { code, err, out } = await run(cwd, ['vault', 'rotate'])
    expect(code).toBe(10)
    expect(out).toContain('1 secret sealed under a new key')
    expect(err).toContain('No key opens the second factor of a@example.org, b@example.org')
  })

  test('with keys that are a setting, seals under the first of them', async () => {
    const database = await makeDatabase()
    onTestFinished(() => database.drop())
    const [old, fresh] = ['o'.repeat(40), 'n'.repeat(40)]
    await withStore(database.url, (store) => furnish(store, [old], names))
    const said = `store: ${database.url}\nsecrets: [a-secret-of-the-settings]\n`
    writeFileSync(join(cwd, 'broadsheet.yaml'), said)
    const bare = await run(cwd, ['vault', 'rotate'])
    expect(bare.code).toBe(3)
    expect(bare.err).toContain('Setting "vaultKeys" is needed with Postgres')

    writeFileSync(join(cwd, 'broadsheet.yaml'), `${said}vaultKeys: [${fresh}, ${old}]\n`)
    const rotate = async () => (await run(cwd, ['vault', 'rotate', '--json'])).json
    expect(await rotate()).toEqual([{ resealed: 4, fresh: 0, lost: [], keys: 2, made: false }])
    expect(await rotate()).toEqual([{ resealed: 0, fresh: 4, lost: [], keys: 2, made: false }])
    await withStore(database.url, async (store) => expect(await openAll(store, [fresh])).toEqual(secrets))
    expect((await run(cwd, ['config', 'print'])).out).not.toContain(fresh)
  })

  test('keeps what somebody who signs in meanwhile leaves, and lets go of who is removed', async () => {
    const store = openMemoryStore()
    const [old, fresh] = ['o'.repeat(40), 'n'.repeat(40)]
    await furnish(store, [old], names)
    let met = 0
    const result = await resealAll({
      users: {
        ...store.users,
        async update(id, version, doc, now) {
          const present = (await store.users.get(id))!
          met += 1
          if (met === 1)
            await store.users.update(
              id,
              version,
              { ...present, totp: { ...present.totp!, lastStep: 99 } },
              now,
            )
          if (met === 3) await store.users.remove(id)
          return store.users.update(id, version, doc, now)
        },
      },
      vault: createVault([fresh, old]),
      clock: systemClock,
      signal: new AbortController().signal,
    })
    expect(result).toEqual({ resealed: 3, fresh: 0, lost: [] })
    expect(await openAll(store, [fresh])).toEqual([secrets[0], secrets[2], secrets[3]])
    expect((await store.users.get(1 as never))?.totp?.lastStep).toBe(99)
  })
})
