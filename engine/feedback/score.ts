import type { EpochMs } from '../model/ids.ts'

/** What an address has against it: bounces that may pass, weighed by their age. */
export interface SoftScore {
  readonly score: number
  /** Of the last one that counted. */
  readonly at: EpochMs
}

export interface SoftSettings {
  /** From here on the address is suppressed. */
  readonly limit: number
  /** A bounce of so long ago counts half. */
  readonly halfLifeMs: number
}

/** What happened since the last one that counted. */
export interface Since {
  /** Somebody there opened or clicked a letter: the mailbox works, and nothing is held against it. */
  readonly alive: boolean
  /** Letters that were taken and did not come back. */
  readonly arrived: number
}

const dayMs = 86_400_000
/** So many letters that arrived halve what is held against an address. */
const lettersToHalf = 2

/** One more, at `at`. Several of one day are one: the same trouble, told by each letter of that day. */
export function addSoft(
  before: SoftScore | null,
  at: EpochMs,
  since: Since,
  settings: SoftSettings,
): SoftScore {
  if (before === null || since.alive) return { score: 1, at }
  const age = at - before.at
  if (age < dayMs) return before
  return { score: decayed(before, at, settings) * 2 ** (-since.arrived / lettersToHalf) + 1, at }
}

/** What is left of it. */
export const decayed = (
  before: SoftScore,
  now: EpochMs,
  { halfLifeMs }: Pick<SoftSettings, 'halfLifeMs'>,
): number => before.score * 2 ** (-Math.max(0, now - before.at) / halfLifeMs)
