import { BroadsheetError } from '../../engine/errors.ts'
import type { Alert } from '../../engine/model/alert.ts'
import type { AlertId } from '../../engine/model/ids.ts'
import { foldText } from '../../engine/model/segment.ts'

export const openAlready = (id: AlertId): BroadsheetError =>
  new BroadsheetError(
    'E_CONFLICT',
    `The alert ${id} cannot be open again: there is another one of its key by now.`,
  )

/** `words` of `AlertStore.page`. */
export function hasWords({ title, key, topic, text, labels }: Alert, words: readonly string[]): boolean {
  const labelled = Object.entries(labels).map(([name, value]) => `${name}=${value}`)
  const said = [title, key, topic ?? '', text, ...labelled].map(foldText)
  return words.map(foldText).every((word) => said.some((one) => one.includes(word)))
}
