import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openKeys } from '../../../../app/electron/engine/keys.ts'
import { createKeyring, type Keyring } from '../support/keyring.ts'

function openFile() {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-keys-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'inner', 'engine-keys')
  return {
    file,
    open: (storage: Keyring, platform: NodeJS.Platform = 'linux') => openKeys({ storage, file, platform }),
  }
}

test('keys are made once, sealed, and come back', async () => {
  const { file, open } = openFile()
  const ring = createKeyring()
  const first = await open(ring)
  expect(first).toMatchObject({ kind: 'sealed', keys: { secrets: [expect.stringMatching(/^[\w-]{43}$/)] } })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const kept = readFileSync(file).toString('latin1')
  for (const key of first.kind === 'sealed' ? [...first.keys.secrets, ...first.keys.vaultKeys] : [])
    expect(kept).not.toContain(key)
  expect(await open(ring)).toEqual(first)
})

test.each([
  { backend: 'basic_text', available: true, why: 'basic_text' },
  { backend: 'gnome_libsecret', available: false, why: 'unavailable' },
] as const)('without a keyring ($why) nothing is written', async ({ backend, available, why }) => {
  const { file, open } = openFile()
  expect(await open(createKeyring({ backend, available }))).toEqual({ kind: 'unsafe', why })
  expect(existsSync(file)).toBe(false)
})

test('elsewhere than on Linux only the system is asked', async () => {
  const { open } = openFile()
  expect(await open(createKeyring({ backend: 'basic_text' }), 'darwin')).toMatchObject({ kind: 'sealed' })
})

test('what another keyring sealed is lost, and left as it is', async () => {
  const { file, open } = openFile()
  await open(createKeyring())
  const before = readFileSync(file)
  expect(await open(createKeyring())).toMatchObject({ kind: 'lost' })
  expect(await open(createKeyring({ backend: 'basic_text' }))).toEqual({ kind: 'lost', detail: 'basic_text' })
  writeFileSync(file, 'not sealed at all')
  expect(await open(createKeyring())).toMatchObject({ kind: 'lost' })
  expect(before.length).toBeGreaterThan(0)
})

test('when the keyring has a new key, what it sealed is sealed anew', async () => {
  const { file, open } = openFile()
  const ring = createKeyring()
  const first = await open(ring)
  const before = readFileSync(file)
  ring.rotate()
  expect(await open(ring)).toEqual(first)
  expect(readFileSync(file)).not.toEqual(before)
})
