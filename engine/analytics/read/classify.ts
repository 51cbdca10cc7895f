import type { EarlierRead, Read, Verdict } from './read.ts'

/** True where the request alone decides, whenever its letter was sent. */
export const tellsByItself = (read: Read): boolean => read.method === 'HEAD' || read.link === null

export function classifyRead(read: Read, _earlier: readonly EarlierRead[]): Verdict {
  if (read.method === 'HEAD') return { class: 'scanner', reason: 'head', revises: [] }
  if (read.type === 'clicked' && read.link === null)
    return { class: 'scanner', reason: 'hidden', revises: [] }
  return { class: 'unknown', reason: 'silent', revises: [] }
}
