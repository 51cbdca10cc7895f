import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import type { SafeStorage } from 'electron'
import { writeWhole } from '../house/json-file.ts'
import { type EngineKeys, engineKeysSchema } from './order.ts'

/** Why the system keeps no secrets for us. `basic_text`: on Linux without a keyring Chromium would only scramble them, with a
 *  password that is the same everywhere. */
export type Unsafe = 'unavailable' | 'basic_text'

export type KeysFound =
  /** Sealed by the system's keyring. */
  | { readonly kind: 'sealed'; readonly keys: EngineKeys }
  /** There is no keyring: the user decides. */
  | { readonly kind: 'unsafe'; readonly why: Unsafe }
  /** There are sealed ones, and the keyring does not open them: another user, another machine, a keyring that was reset. */
  | { readonly kind: 'lost'; readonly detail: string }

export type KeyStorage = Pick<
  SafeStorage,
  'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync' | 'getSelectedStorageBackend'
>

/** The engine's keys from `file`, sealed by the system's keyring; made at the first call. Nothing is ever written where it cannot
 *  be sealed. */
export async function openKeys(options: {
  readonly storage: KeyStorage
  readonly file: string
  readonly platform: NodeJS.Platform
}): Promise<KeysFound> {
  const { storage, file, platform } = options
  const why = await unsafe(storage, platform)
  if (existsSync(file)) {
    if (why !== null) return { kind: 'lost', detail: why }
    try {
      const { result, shouldReEncrypt } = await storage.decryptStringAsync(readFileSync(file))
      const keys = engineKeysSchema.parse(JSON.parse(result))
      if (shouldReEncrypt) await seal(storage, file, keys)
      return { kind: 'sealed', keys }
    } catch (error) {
      return { kind: 'lost', detail: (error as Error).message }
    }
  }
  if (why !== null) return { kind: 'unsafe', why }
  const keys = { secrets: [newKey()], vaultKeys: [newKey()] }
  await seal(storage, file, keys)
  return { kind: 'sealed', keys }
}

const newKey = (): string => randomBytes(32).toString('base64url')

async function unsafe(storage: KeyStorage, platform: NodeJS.Platform): Promise<Unsafe | null> {
  if (platform === 'linux' && storage.getSelectedStorageBackend() === 'basic_text') return 'basic_text'
  return (await storage.isAsyncEncryptionAvailable()) ? null : 'unavailable'
}

async function seal(storage: KeyStorage, file: string, keys: EngineKeys): Promise<void> {
  writeWhole(file, await storage.encryptStringAsync(JSON.stringify(keys)))
}
