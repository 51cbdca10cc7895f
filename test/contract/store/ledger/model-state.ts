import type { ChunkState, PlanProgress } from '../../../../engine/model/chunk.ts'
import type { DeliveryCounts, DeliveryState } from '../../../../engine/model/delivery.ts'
import type { Settlement } from '../../../../engine/ports/ledger.ts'

interface Row {
  readonly state: DeliveryState
  readonly attempt: number
  readonly uncertain: number
}

interface Chunk {
  readonly people: readonly number[]
  state: ChunkState
  epoch: number
  /** Its lease has not run out. */
  alive: boolean
}

interface Lease {
  readonly seq: number
  readonly epoch: number
}

/** The ledger as simply as it can be said. People are 0, 1, 2 ...; everything is due at once. */
export function createModel(options: {
  readonly people: number
  readonly chunkSize: number
  readonly uncertain: 'hold' | 'resend'
}) {
  const active = new Set(Array.from({ length: options.people }, (_, person) => person))
  const rows = new Map<number, Row>()
  const chunks: Chunk[] = []
  /** `person/attempt` that may have gone out: never to be permitted again. */
  const permitted = new Set<string>()
  let state: 'planning' | 'running' | 'paused' = 'planning'

  const held = ({ seq, epoch }: Lease): Chunk | null => {
    const chunk = chunks[seq]
    return chunk?.state === 'leased' && chunk.epoch === epoch ? chunk : null
  }
  const isDue = (seq: number): boolean => {
    const chunk = chunks[seq]
    if (state !== 'running' || chunk === undefined || chunk.state === 'done') return false
    return chunk.state !== 'leased' || !chunk.alive
  }
  const recover = (chunk: Chunk): number => {
    const lost = chunk.people.filter((person) => rows.get(person)?.state === 'handing')
    for (const person of lost) {
      const { attempt, uncertain } = rows.get(person) as Row
      rows.set(person, {
        state: options.uncertain === 'hold' ? 'unknown' : 'retry',
        attempt,
        uncertain: uncertain + 1,
      })
    }
    return lost.length
  }
  const audience = () => chunks.reduce((sum, chunk) => sum + chunk.people.length, 0)

  return {
    isDue,
    plan(): PlanProgress {
      if (state === 'planning') {
        const after = chunks.at(-1)?.people.at(-1) ?? -1
        const next = [...active].filter((person) => person > after).slice(0, options.chunkSize)
        if (next.length > 0) chunks.push({ people: next, state: 'open', epoch: 0, alive: false })
        if (next.length < options.chunkSize) state = 'running'
      }
      return { chunks: chunks.length, recipients: audience(), done: state !== 'planning' }
    },
    /** False where the engine would not do it. */
    move(to: 'running' | 'paused'): boolean {
      if (state === 'planning') return false
      state = to
      return true
    },
    leave(person: number): void {
      active.delete(person)
    },
    retry(): number {
      let count = 0
      for (const chunk of chunks)
        for (const person of chunk.people) {
          const row = rows.get(person)
          if (row?.state !== 'failed' && row?.state !== 'unknown') continue
          rows.set(person, { ...row, state: 'retry' })
          if (chunk.state === 'done') chunk.state = 'waiting'
          count += 1
        }
      return count
    },
    lease(seq: number, alive: boolean) {
      const chunk = chunks[seq]
      if (chunk === undefined || !isDue(seq)) return null
      Object.assign(chunk, { state: 'leased', epoch: chunk.epoch + 1, alive })
      const recovered = recover(chunk)
      const fresh = chunk.people.filter((person) => !rows.has(person)).map((person) => [person, 1])
      const retries = chunk.people
        .filter((person) => rows.get(person)?.state === 'retry')
        .map((person) => [person, (rows.get(person)?.attempt ?? 0) + 1])
      return { epoch: chunk.epoch, recovered, work: [...fresh, ...retries] }
    },
    intend(
      lease: Lease,
      people: readonly number[],
      attempt: number,
      alive: boolean,
    ): 'stale' | 'halted' | number[] {
      const chunk = held(lease)
      if (chunk === null) return 'stale'
      if (state !== 'running') return 'halted'
      chunk.alive = alive
      const granted: number[] = []
      for (const person of people) {
        const row = rows.get(person)
        const fits = row === undefined ? attempt === 1 : row.state === 'retry' && row.attempt === attempt - 1
        if (!chunk.people.includes(person) || !fits) continue
        const wanted = active.has(person)
        rows.set(person, {
          state: wanted ? 'handing' : 'suppressed',
          attempt,
          uncertain: row?.uncertain ?? 0,
        })
        if (!wanted) continue
        const key = `${person}/${attempt}`
        if (permitted.has(key)) throw new Error(`${key} was permitted twice`)
        permitted.add(key)
        granted.push(person)
      }
      return granted
    },
    settle(
      lease: Lease,
      people: readonly number[],
      to: Settlement['state'],
      again: boolean,
    ): 'stale' | 'settled' {
      const chunk = held(lease)
      if (chunk === null) return 'stale'
      for (const person of people) {
        const row = rows.get(person)
        if (!chunk.people.includes(person) || row?.state !== 'handing') continue
        const { attempt, uncertain } = row
        if (to === 'unsent') {
          permitted.delete(`${person}/${attempt}`)
          if (attempt === 1) rows.delete(person)
          else rows.set(person, { state: 'retry', attempt: attempt - 1, uncertain })
        } else if (to === 'unknown')
          rows.set(person, { state: again ? 'retry' : 'unknown', attempt, uncertain: uncertain + 1 })
        else rows.set(person, { state: to, attempt, uncertain })
      }
      return 'settled'
    },
    release(lease: Lease): 'open' | 'waiting' | 'done' | null {
      const chunk = held(lease)
      if (chunk === null) return null
      recover(chunk)
      const states = chunk.people.map((person) => rows.get(person)?.state)
      const next = states.includes(undefined) ? 'open' : states.includes('retry') ? 'waiting' : 'done'
      chunk.state = next
      return next
    },
    counts(): DeliveryCounts {
      const count = (wanted: DeliveryState) => [...rows.values()].filter((row) => row.state === wanted).length
      return {
        audience: audience(),
        queued: audience() - rows.size,
        handing: count('handing'),
        sent: count('sent'),
        failed: count('failed'),
        retry: count('retry'),
        unknown: count('unknown'),
        skipped: count('skipped'),
        suppressed: count('suppressed'),
      }
    },
    row(person: number): readonly [DeliveryState, number, number] | null {
      const row = rows.get(person)
      return row === undefined ? null : [row.state, row.attempt, row.uncertain]
    },
  }
}
export type Model = ReturnType<typeof createModel>
