import { type Link, maxLinks, type NewLink } from '../../engine/model/link.ts'

/** What is new of the links that are told, with their indexes; and whether all that were told are kept then. */
export function joinLinks(
  kept: Iterable<Link>,
  told: readonly NewLink[],
): { readonly added: readonly Link[]; readonly whole: boolean } {
  const urls = new Map<string, string>()
  for (const { key, url } of kept) urls.set(key, url)
  const added: Link[] = []
  let whole = true
  for (const { key, url, itemId } of told) {
    const known = urls.get(key)
    if (known === url) continue
    if (known !== undefined || urls.size >= maxLinks) {
      whole = false
      continue
    }
    added.push({ key, index: urls.size, url, itemId })
    urls.set(key, url)
  }
  return { added, whole }
}
