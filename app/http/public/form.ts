import type { Clock } from '../../../engine/clock.ts'
import { createKeyedHash } from '../../../engine/compose/hmac.ts'

/** The fields of a form. Whatever is no form has none. */
export function readForm(body: unknown): URLSearchParams {
  return new URLSearchParams(typeof body === 'string' ? body : '')
}

/** One line of text, without blanks around it. */
export const lineOf = (form: URLSearchParams, name: string): string =>
  (form.get(name) ?? '').replace(/[\s\u0000-\u001f\u007f]+/g, ' ').trim()

/** none: not one of ours. early: sooner than people fill in forms. old: it lay open for too long. */
export type FormAge = 'none' | 'early' | 'fresh' | 'old'

/** What every form of ours carries: when it was shown and for what, signed. Nothing is remembered. */
export interface FormTokens {
  /** `purpose` names the form, and whose it is where it is somebody's. */
  issue(purpose: string): string
  age(token: string | null, purpose: string): FormAge
}

const shape = /^([0-9a-z]{1,11})\.([0-9a-f]{32})$/

/** The first secret signs, all of them verify. */
export function createFormTokens(options: {
  readonly secrets: readonly string[]
  readonly clock: Clock
  readonly minFillMs: number
  readonly maxAgeMs: number
}): FormTokens {
  const { clock, minFillMs, maxAgeMs } = options
  const macs = options.secrets.map((secret) => createKeyedHash(secret, 'broadsheet form 1'))
  // The keyed hash takes ASCII; purposes hold what stood in a path.
  const signed = (mac: (text: string) => string, purpose: string, time: string) =>
    mac(`${encodeURIComponent(purpose)} ${time}`).slice(0, 32)
  return {
    issue(purpose) {
      const time = clock.now().toString(36)
      return `${time}.${signed(macs[0]!, purpose, time)}`
    },
    age(token, purpose) {
      const [, time, given] = shape.exec(token ?? '') ?? []
      // Plain comparison: what a form token opens is open to everyone who asks for the form.
      if (time === undefined || !macs.some((mac) => signed(mac, purpose, time) === given)) return 'none'
      const ageMs = clock.now() - Number.parseInt(time, 36)
      // A clock that was set back makes forms of the future: they are as good as old.
      if (ageMs < 0 || ageMs > maxAgeMs) return 'old'
      return ageMs < minFillMs ? 'early' : 'fresh'
    },
  }
}
