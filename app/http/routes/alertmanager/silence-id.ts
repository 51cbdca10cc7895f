import type { SilenceId } from '../../../../engine/model/ids.ts'

/** Alertmanager's silences have UUIDs. Ours are numbers: they are the last 48 bits of one (RFC 9562, version 8). */
const head = '00000000-0000-8000-8000-'

export const uuidOf = (id: SilenceId): string => head + id.toString(16).padStart(12, '0')

/** Null for what is none of ours. A number alone is taken, too. */
export function silenceIdOf(text: string): SilenceId | null {
  const digits = text.toLowerCase().startsWith(head) ? text.slice(head.length) : null
  const id =
    digits !== null && /^[0-9a-f]{12}$/i.test(digits)
      ? Number.parseInt(digits, 16)
      : /^[1-9]\d{0,14}$/.test(text)
        ? Number(text)
        : 0
  return id === 0 ? null : (id as SilenceId)
}
