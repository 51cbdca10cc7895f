import type { EpochMs, SubscriberId } from '../../engine/model/ids.ts'
import type { PublicationSpec } from '../../engine/model/publication.ts'
import { waveOf } from '../../engine/model/wall-clock.ts'

/** Recipients who are due together; `dueAt` null: at once. */
export interface Wave {
  readonly dueAt: EpochMs | null
  readonly ids: readonly SubscriberId[]
}

/** People of a part of an audience by the moment that their letters go out, the earliest first; ids stay in their
 *  order. A spec without local time has one wave, nobody has none. */
export function cutWaves(
  spec: Pick<PublicationSpec, 'localTime' | 'timeZone'>,
  people: readonly { readonly id: SubscriberId; readonly zone: string | null }[],
): readonly Wave[] {
  const wall = spec.localTime ?? null
  if (people.length === 0) return []
  if (wall === null) return [{ dueAt: null, ids: people.map(({ id }) => id) }]
  const moments = new Map<string | null, EpochMs>()
  const waves = new Map<EpochMs, SubscriberId[]>()
  for (const { id, zone } of people) {
    const dueAt = moments.get(zone) ?? waveOf(wall, zone, spec.timeZone)
    moments.set(zone, dueAt)
    const wave = waves.get(dueAt)
    if (wave === undefined) waves.set(dueAt, [id])
    else wave.push(id)
  }
  return [...waves].sort(([a], [b]) => a - b).map(([dueAt, ids]) => ({ dueAt, ids }))
}
