import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { KeyStorage } from '../../../../app/electron/engine/keys.ts'

export interface Keyring extends KeyStorage {
  /** What is sealed from now on has a new key; what was sealed before still opens. */
  rotate(): void
}

type Backend = ReturnType<KeyStorage['getSelectedStorageBackend']>

/** The system's keyring: it seals, opens what it sealed itself, and refuses the rest, as Electron's safeStorage does. */
export function createKeyring(options: { backend?: Backend; available?: boolean } = {}): Keyring {
  const { backend = 'gnome_libsecret', available = true } = options
  const keys = [randomBytes(32)]
  const need = (): void => {
    if (!available) throw new Error('Encryption is not available')
  }
  const open = (key: Buffer, sealed: Buffer): string => {
    const cipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12))
    cipher.setAuthTag(sealed.subarray(12, 28))
    return Buffer.concat([cipher.update(sealed.subarray(28)), cipher.final()]).toString()
  }
  return {
    rotate: () => void keys.unshift(randomBytes(32)),
    getSelectedStorageBackend: () => backend,
    isAsyncEncryptionAvailable: async () => available,
    async encryptStringAsync(text) {
      need()
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', keys[0]!, nonce)
      const sealed = Buffer.concat([cipher.update(text), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed])
    },
    async decryptStringAsync(sealed) {
      need()
      for (const [index, key] of keys.entries()) {
        try {
          return { result: open(key, sealed), shouldReEncrypt: index > 0 }
        } catch {
          // Sealed with another one.
        }
      }
      throw new Error('Error while decrypting the ciphertext')
    },
  }
}
