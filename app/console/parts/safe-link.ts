/** For a link whose address somebody else wrote: nothing but the web and mail is one, and what is opened knows nothing of this page. */
export function safeLink(
  address: string,
): { readonly href: string; readonly target: '_blank'; readonly rel: string } | { readonly href?: never } {
  const url = URL.parse(address)
  if (url === null || !['http:', 'https:', 'mailto:'].includes(url.protocol)) return {}
  return { href: url.href, target: '_blank', rel: 'noopener noreferrer' }
}
