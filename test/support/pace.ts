/** Promises that name a time are made for an ordinary machine. Tests run on any: a laptop on battery, a shared
 *  virtual machine that gets a tenth of its core. So limits are stretched by how much slower this machine is just
 *  now than one that does `unit` in `unitMs`, and never shrunk. */

// One core of an AMD EPYC of 2023 needs this long; what is measured against it is no part of what is proved.
const unitMs = 4
const turns = 2_000_000

/** Marsaglia's xorshift: nothing that a compiler could leave out. */
function unit(seed: number): number {
  let bits = seed
  for (let turn = 0; turn < turns; turn++) {
    bits ^= bits << 13
    bits ^= bits >>> 17
    bits ^= bits << 5
  }
  return bits
}

/** How often slower, at least 1. Takes a few units' time. */
export function pace(): number {
  const begun = performance.now()
  let bits = 0x9e3779b9
  for (let round = 0; round < 3; round++) bits = unit(bits)
  if (bits === 0) throw new Error('xorshift never comes to 0')
  return Math.max(1, (performance.now() - begun) / 3 / unitMs)
}

/** `ms` of an ordinary machine, in this one's. */
export const patience = (ms: number): number => Math.ceil(ms * pace())

/** The quickest of up to `tries` runs, in milliseconds of an ordinary machine: what else the machine does only ever
 *  adds time, so the least is the nearest to what the run itself costs. Ends with the first below `limitMs`. */
export function quickest(run: () => void, limitMs: number, tries = 5): number {
  let least = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < tries && least >= limitMs; attempt++) {
    const before = pace()
    const begun = performance.now()
    run()
    const tookMs = performance.now() - begun
    least = Math.min(least, tookMs / Math.max(before, pace()))
  }
  return least
}

/** As `quickest`, for a run that is waited for and says itself how long it took. */
export async function quickestOf(
  run: () => Promise<{ readonly ms: number }>,
  limitMs: number,
  tries = 8,
): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < tries && least >= limitMs; attempt++) {
    const before = pace()
    const { ms } = await run()
    least = Math.min(least, ms / Math.max(before, pace()))
  }
  return least
}
