/** `12,345` whatever the machine's language: output is read by scripts, too. */
export const count = (value: number): string => Math.round(value).toLocaleString('en-US')

const units = ['B', 'KB', 'MB', 'GB', 'TB']

/** `3.4 MB`, in thousands. */
export function bytes(value: number): string {
  let power = 0
  let rest = value
  while (rest >= 999.5 && power < units.length - 1) {
    rest /= 1000
    power++
  }
  return `${power === 0 || rest >= 99.5 ? Math.round(rest) : rest.toFixed(1)} ${units[power]}`
}

/** `840 ms`, `3.4 s`, `2 min 5 s`, `3 h 20 min`, `2 d 4 h`. */
export function duration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
  const hours = Math.round(minutes / 60)
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** `640/s`, `0.4/s`. */
export const rate = (perSecond: number): string =>
  perSecond >= 10 || perSecond === 0 ? `${count(perSecond)}/s` : `${perSecond.toFixed(1)}/s`

/** `2026-11-23 14:05`, local time. */
export function time(at: number | null): string {
  if (at === null) return ''
  const date = new Date(at)
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`
}

/** `1 row`, `2 rows`. */
export const many = (value: number, one: string, more = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : more}`

/** Text from outside on a terminal: control characters could move the cursor or change its title. */
export const plain = (text: string): string => text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '�')

const segments = new Intl.Segmenter('en', { granularity: 'grapheme' })
const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u

/** Columns that a text takes on a terminal; colours take none. */
export function width(text: string): number {
  const bare = text.replace(/\x1b\[[0-9;]*m/g, '')
  if (/^[\x20-\x7e]*$/.test(bare)) return bare.length
  let columns = 0
  for (const { segment } of segments.segment(bare)) columns += wide.test(segment) ? 2 : 1
  return columns
}

/** At most `columns` wide, with "…" where something was cut. For texts without colours. */
export function clip(text: string, columns: number): string {
  if (width(text) <= columns) return text
  let kept = ''
  let used = 0
  for (const { segment } of segments.segment(text)) {
    const next = wide.test(segment) ? 2 : 1
    if (used + next > columns - 1) break
    kept += segment
    used += next
  }
  return `${kept}…`
}
