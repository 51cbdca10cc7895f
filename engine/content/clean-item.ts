import type { ItemInput } from '../model/item.ts'
import { sanitiseHtml } from './sanitise.ts'

/** An item from the API, the command line or a file, with a body that may stand in mail. */
export function cleanItem(input: ItemInput): ItemInput {
  if (input.body === null) return input
  const body = sanitiseHtml(input.body, { base: input.url, maxChars: 500_000 })
  return { ...input, body: body === '' ? null : body }
}
