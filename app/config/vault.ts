import { join } from 'node:path'
import type { Vault } from '../../engine/access/vault.ts'
import { BroadsheetError } from '../../engine/errors.ts'
import type { AppConfig } from '../config.ts'
import { addKey, ensureKeys, type KeyFile } from './key-file.ts'

export const vaultFile = (data: string): string => join(data, 'vault')

const file = (data: string): KeyFile => ({
  path: vaultFile(data),
  minLength: 32,
  needed: 'secrets in the database were sealed with it',
})

type VaultSettings = Pick<AppConfig, 'data' | 'store' | 'vaultKeys'>

/** Keys of the vault, the newest first: the setting's, else those of `<data>/vault`, which is made at the first call. Refuses
 *  with E_VAULT where other daemons open what this one seals, and nothing was set for all of them. */
export function vaultKeysOf({ data, store, vaultKeys }: VaultSettings): readonly string[] {
  if (vaultKeys !== null) return vaultKeys
  if (store.startsWith('postgres')) throw keysNeeded()
  return ensureKeys(file(data)).keys
}

/** The keys with a new one in front, which seals from now on. Null: they are a setting, and not ours to write. */
export function rotateVaultFile({ data, store, vaultKeys }: VaultSettings): readonly string[] | null {
  if (vaultKeys !== null) return null
  if (store.startsWith('postgres')) throw keysNeeded()
  return addKey(file(data))
}

const keysNeeded = (): BroadsheetError =>
  new BroadsheetError(
    'E_VAULT',
    'Setting "vaultKeys" is needed with Postgres before a secret can be kept in the database, the same on every daemon: second factors are sealed with it. "openssl rand -base64 32" makes one.',
  )

/** The vault, opened when something is to be sealed or opened for the first time: a daemon that only sends never does. */
export function createVaultDoor(settings: VaultSettings): () => Promise<Vault> {
  let opened: Promise<Vault> | null = null
  return () => {
    opened ??= import('../../engine/access/vault.ts')
      .then(({ createVault }) => createVault(vaultKeysOf(settings)))
      .catch((error: unknown) => {
        // What was wrong may be mended by then.
        opened = null
        throw error
      })
    return opened
  }
}
