import type { EpochMs } from '../model/ids.ts'
import { type WallMs, waveOf } from '../model/wall-clock.ts'

/** When the first and the last zone's clocks show `wall`. */
export function waveSpan(
  wall: WallMs,
  zones: readonly string[],
  home: string,
): { readonly first: EpochMs; readonly last: EpochMs } {
  const waves = [waveOf(wall, null, home), ...zones.map((zone) => waveOf(wall, zone, home))]
  return { first: Math.min(...waves), last: Math.max(...waves) }
}
