import type { EpochMs } from '../../engine/model/ids.ts'
import { wallAt, wallText } from '../../engine/model/wall-clock.ts'
import type { Interval } from '../../engine/personalise/compare.ts'

/** `12.3 %`, `0.04 %`, `0 %`; a dash where there is none. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined) return '–'
  const value = share * 100
  if (value === 0) return '0 %'
  if (value > 99.95 && value < 100) return '> 99.9 %'
  return `${value < 0.1 ? value.toFixed(2) : value === 100 ? '100' : value.toFixed(1)} %`
}

/** `11.9 to 12.7 %`. */
export function bounds(interval: Interval | null): string {
  if (interval === null) return ''
  const { low, high } = interval
  const digits = high - low < 0.002 ? 2 : 1
  return `${(low * 100).toFixed(digits)} to ${(high * 100).toFixed(digits)} %`
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Of what a clock shows (`2026-11-24T08:00`): `Tue 24 Nov`. */
export function dayOfWall(local: string): string {
  const date = new Date(`${local.slice(0, 10)}T00:00Z`)
  return `${days[date.getUTCDay()]} ${date.getUTCDate()} ${months[date.getUTCMonth()]}`
}
export const timeOfWall = (local: string): string => local.slice(11, 16)

/** `Tue 24 Nov 2026, 08:00`. */
export function momentOf(at: EpochMs, timeZone: string): string {
  const local = wallText(wallAt(at, timeZone))
  return `${dayOfWall(local)} ${local.slice(0, 4)}, ${timeOfWall(local)}`
}
export const dayOfRun =
  (timeZone: string) =>
  (run: { readonly startedAt: EpochMs }): string =>
    dayOfWall(wallText(wallAt(run.startedAt, timeZone)))

/** What dimensions and their values are called. */
export const dimensionTitles = {
  domain: 'Receiving domain',
  provider: 'Mailbox provider',
  language: 'Language',
  variant: 'Ranking',
  topic: 'Topic',
} as const

const providers: { readonly [name: string]: string } = {
  google: 'Google',
  microsoft: 'Microsoft',
  yahoo: 'Yahoo',
  apple: 'Apple',
  gmx: 'GMX and web.de',
  telekom: 'Telekom',
  proton: 'Proton',
  orange: 'Orange',
  free: 'Free',
  comcast: 'Comcast',
  mailru: 'Mail.ru',
  yandex: 'Yandex',
  tencent: 'Tencent',
  netease: 'NetEase',
  other: 'all others',
}

export function valueTitle(dimension: keyof typeof dimensionTitles, value: string): string {
  if (value === '')
    return {
      domain: 'erased people',
      provider: 'erased people',
      language: 'none',
      variant: 'everybody',
      topic: 'none',
    }[dimension]
  if (dimension === 'provider') return providers[value] ?? value
  if (dimension === 'variant') return value === 'holdout' ? 'hold-out' : value
  return value
}
