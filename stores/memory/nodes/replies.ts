import type { EpochMs } from '../../../engine/model/ids.ts'
import type { ReplyStore, StoredReply } from '../../../engine/ports/replies.ts'

interface Claim {
  readonly fingerprint: string
  readonly expiresAt: EpochMs
  readonly reply: StoredReply | null
}

export function createReplies(): ReplyStore {
  const claims = new Map<string, Claim>()
  return {
    async claim({ key, fingerprint, now, expiresAt }) {
      const held = claims.get(key)
      if (held === undefined || held.expiresAt <= now) {
        claims.set(key, { fingerprint, expiresAt, reply: null })
        return { status: 'new' }
      }
      if (held.fingerprint !== fingerprint) return { status: 'other' }
      return held.reply === null ? { status: 'busy' } : { status: 'done', reply: held.reply }
    },
    async save(key, reply, expiresAt) {
      const held = claims.get(key)
      if (held !== undefined) claims.set(key, { ...held, expiresAt, reply: { ...reply } })
    },
    async drop(key) {
      claims.delete(key)
    },
    async sweep(now) {
      const expired = [...claims].filter(([, claim]) => claim.expiresAt <= now)
      for (const [key] of expired) claims.delete(key)
      return expired.length
    },
  }
}
