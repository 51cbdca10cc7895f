import type { Notice } from '../../../engine/model/notice.ts'
import type { NewNotice, NoticeStore } from '../../../engine/ports/notices.ts'
import type { MemoryState } from '../state.ts'

const keyOf = ({ subscriberId, kind }: Pick<Notice, 'subscriberId' | 'kind'>) => `${subscriberId}/${kind}`

export function putNotice(state: MemoryState, notice: NewNotice): void {
  state.notices.set(keyOf(notice), {
    ...structuredClone(notice),
    state: 'due',
    mail: 0,
    sentAt: null,
    attempt: 0,
    uncertain: 0,
    code: null,
    detail: null,
  })
}

export function createNotices(state: MemoryState): NoticeStore {
  return {
    async put(notice) {
      putNotice(state, notice)
    },
    async get(subscriberId, kind) {
      return state.notices.get(keyOf({ subscriberId, kind })) ?? null
    },
    async claim({ now, leaseMs, limit }) {
      const due = [...state.notices]
        .filter(([, notice]) => notice.dueAt !== null && notice.dueAt <= now)
        .sort(([, a], [, b]) => (a.dueAt ?? 0) - (b.dueAt ?? 0))
        .slice(0, limit)
      return due.map(([key, notice]) => {
        const taken: Notice = {
          ...notice,
          state: 'handing',
          attempt: notice.attempt + 1,
          uncertain: notice.uncertain + (notice.state === 'handing' ? 1 : 0),
          dueAt: now + leaseMs,
        }
        state.notices.set(key, taken)
        return taken
      })
    },
    async settle(ref, outcome) {
      const known = state.notices.get(keyOf(ref))
      if (known?.state !== 'handing' || known.askedAt !== ref.askedAt || known.mail !== ref.mail) return false
      state.notices.set(keyOf(ref), { ...known, ...outcome })
      return true
    },
    async remove({ before, limit }) {
      const gone = [...state.notices].filter(([, notice]) => notice.expiresAt < before).slice(0, limit)
      for (const [key] of gone) state.notices.delete(key)
      return gone.length
    },
  }
}
