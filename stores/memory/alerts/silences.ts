import type { Heartbeat } from '../../../engine/model/heartbeat.ts'
import type { EpochMs, HeartbeatId, SilenceId } from '../../../engine/model/ids.ts'
import type { Silence } from '../../../engine/model/silence.ts'
import type { BeatStore, SilenceStore } from '../../../engine/ports/alerts.ts'
import { pageOf } from '../../rules/page.ts'
import type { MemoryCollection } from '../collection.ts'

export function createSilences(): SilenceStore {
  const silences = new Map<SilenceId, Silence>()
  let lastId = 0
  return {
    async insert(input, now) {
      lastId += 1
      const id = lastId as SilenceId
      const silence = { ...structuredClone(input), id, createdAt: now, updatedAt: now }
      silences.set(id, silence)
      return silence
    },
    async get(id) {
      return silences.get(id) ?? null
    },
    async page({ after, limit, endsAfter }) {
      const rows = [...silences.values()].filter(
        ({ id, endsAt }) => id > after && (endsAfter === undefined || endsAt > endsAfter),
      )
      return pageOf(rows, limit, ({ id }) => id)
    },
    async end(id, now) {
      const known = silences.get(id)
      if (known === undefined) return null
      if (known.endsAt <= now) return known
      const next = { ...known, endsAt: Math.max(now, known.startsAt), updatedAt: now }
      silences.set(id, next)
      return next
    },
    async remove({ before, limit }) {
      const gone = [...silences.values()].filter(({ endsAt }) => endsAt < before).slice(0, limit)
      for (const { id } of gone) silences.delete(id)
      return gone.length
    },
  }
}

export interface Beat {
  readonly at: EpochMs
  readonly alarmed: boolean
}

export function createBeats({ docs }: MemoryCollection<Heartbeat>, beats: Map<HeartbeatId, Beat>): BeatStore {
  const beatOf = ({ id, createdAt }: Heartbeat): Beat => beats.get(id) ?? { at: createdAt, alarmed: false }
  return {
    async beat(name, now) {
      const heartbeat = [...docs.values()].find((one) => one.name === name)
      if (heartbeat === undefined) return null
      const { at, alarmed } = beatOf(heartbeat)
      // One that comes late must not count for less than one that came before it.
      beats.set(heartbeat.id, { at: beats.has(heartbeat.id) ? Math.max(at, now) : now, alarmed })
      return { heartbeat, alarmed }
    },
    async late(now) {
      return [...docs.values()].flatMap((heartbeat) => {
        const { at, alarmed } = beatOf(heartbeat)
        return !alarmed && at + heartbeat.everyMs < now ? [{ heartbeat, beatAt: at }] : []
      })
    },
    async alarm(id, alarmed) {
      const heartbeat = docs.get(id)
      if (heartbeat !== undefined) beats.set(id, { at: beatOf(heartbeat).at, alarmed })
    },
    async beats(ids) {
      return ids
        .flatMap((id) => docs.get(id) ?? [])
        .sort((a, b) => a.id - b.id)
        .map((heartbeat) => {
          const { at, alarmed } = beatOf(heartbeat)
          return { id: heartbeat.id, beatAt: at, alarmed }
        })
    },
  }
}
