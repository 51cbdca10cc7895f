import type { ItemInput } from '../model/item.ts'

/** Items from the API, the command line or a file, with bodies that may stand in mail. The sanitiser is loaded with the
 *  first body: a daemon without content does not carry its 20 MB. */
export async function cleanItems(inputs: readonly ItemInput[]): Promise<readonly ItemInput[]> {
  if (inputs.every(({ body }) => body === null)) return inputs
  const { sanitiseHtml } = await import('./sanitise.ts')
  return inputs.map((input) => {
    if (input.body === null) return input
    const body = sanitiseHtml(input.body, { base: input.url, maxChars: 500_000 })
    return { ...input, body: body === '' ? null : body }
  })
}
