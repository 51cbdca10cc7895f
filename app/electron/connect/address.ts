export type AddressProblem = 'shape' | 'scheme' | 'plain' | 'credentials' | 'path'
export type Address =
  | { readonly url: string; readonly problem?: never }
  | { readonly url?: never; readonly problem: AddressProblem }

/** The origin of a daemon, from what somebody typed. https, or http on this machine; nothing but scheme, host and port. */
export function parseAddress(text: string): Address {
  const said = text.trim()
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(said) ? said : `https://${said}`)
  if (url === null || said === '' || said.length > 300 || url.hostname === '') return { problem: 'shape' }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return { problem: 'scheme' }
  if (url.username !== '' || url.password !== '') return { problem: 'credentials' }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) return { problem: 'plain' }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') return { problem: 'path' }
  return { url: url.origin }
}

/** As URL writes hosts: `0x7f.1` is 127.0.0.1 by then. Names below localhost are Chromium's own, which it asks no server about. */
export const isLoopback = (hostname: string): boolean =>
  /^127(\.\d{1,3}){3}$/.test(hostname) || hostname === '[::1]' || /^(.+\.)?localhost$/.test(hostname)
