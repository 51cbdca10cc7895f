const longest = 4096

/** An address that may be handed to the system's browser or mail program, as it will be handed over; null: not this one. `http` only of
 *  the place that the window shows, for its public pages. */
export function outsideUrl(text: string, ownOrigin: string | null): string | null {
  const url = text.length > longest ? null : URL.parse(text)
  if (url === null || url.username !== '' || url.password !== '') return null
  switch (url.protocol) {
    case 'https:':
    case 'mailto:':
      return url.href
    case 'http:':
      return url.origin === ownOrigin ? url.href : null
    default:
      return null
  }
}
