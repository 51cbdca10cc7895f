import { english, type Words } from './english.ts'
import { german } from './german.ts'

export type { Words } from './english.ts'

/** In the language of the system (`de-AT`), English where there is no other. */
export const wordsFor = (locale: string): Words => (/^de\b/i.test(locale) ? german : english)
