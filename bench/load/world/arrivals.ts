import { seeded } from '../../../app/demo/content/seeded.ts'

export type Pattern = 'poisson' | 'constant'

/** Moments at which requests begin, milliseconds after the start, fixed before the first answer: nobody waits for anybody. Poisson:
 *  as many independent people would ask; the same seed gives the same moments. Endless. */
export function* arrivals(perSecond: number, pattern: Pattern, seed: number): Generator<number, never> {
  const chance = seeded(seed)
  const meanMs = 1000 / perSecond
  for (let at = 0; ; ) {
    yield at
    at += pattern === 'constant' ? meanMs : -Math.log(1 - chance()) * meanMs
  }
}
