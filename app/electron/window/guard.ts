import type { OnBeforeSendHeadersListenerDetails, Session, WebContents } from 'electron'
import { outsideUrl } from './outside.ts'

/** What a window shows. */
export interface Place {
  /** `http://127.0.0.1:8025`: scheme, host and port. */
  readonly origin: string
  /** Of the own engine's launch; null: its users sign in. */
  readonly token: string | null
}

/** Hold a session to its place: the token goes along to nobody else, and pages are permitted nothing. `place` is asked at every
 *  request, and says null once the engine is gone: whoever has its port then gets no token. */
export function guardSession(session: Session, place: () => Place | null): void {
  session.webRequest.onBeforeSendHeaders((details, callback) => {
    const { authorization: _, ...rest } = lowered(details.requestHeaders)
    const here = place()
    if (here === null || here.token === null) return callback({ requestHeaders: details.requestHeaders })
    // What a page sets itself does not count, and a redirect to elsewhere takes nothing along.
    callback({
      requestHeaders: isOwn(details, here.origin) ? { ...rest, authorization: `Bearer ${here.token}` } : rest,
    })
  })
  refuseEverything(session, (permission, origin) => {
    // A key that is shown once is copied by a button.
    return permission === 'clipboard-sanitized-write' && origin === place()?.origin
  })
  session.on('will-download', (event, item) => {
    // blob: has the origin of the page that made it.
    if (URL.parse(item.getURL())?.origin !== place()?.origin) event.preventDefault()
  })
}

/** Permissions, devices and screens: none, but for what `unless` says. */
export function refuseEverything(
  session: Session,
  unless: (permission: string, origin: string | undefined) => boolean = () => false,
): void {
  session.setPermissionRequestHandler((_contents, permission, callback, details) =>
    callback(details.isMainFrame && unless(permission, URL.parse(details.requestingUrl)?.origin)),
  )
  session.setPermissionCheckHandler((_contents, permission, origin) =>
    unless(permission, URL.parse(origin)?.origin),
  )
  session.setDevicePermissionHandler(() => false)
}

/** Started by the page itself, or by us: a page of another origin in a frame, and what it loads, is neither. */
const isOwn = ({ url, initiatorOrigin }: OnBeforeSendHeadersListenerDetails, origin: string): boolean =>
  URL.parse(url)?.origin === origin && (initiatorOrigin === undefined || initiatorOrigin === origin)

const lowered = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

/** Keep a window at the console of its place. Everything else opens outside, if it may at all. */
export function guardContents(
  contents: WebContents,
  { place, openOutside }: { readonly place: () => Place | null; readonly openOutside: (url: string) => void },
): void {
  const lead = (text: string): void => {
    const url = outsideUrl(text, place()?.origin ?? null)
    if (url !== null) openOutside(url)
  }
  const hold = (event: { readonly url: string; preventDefault(): void }): void => {
    if (isConsole(event.url, place())) return
    event.preventDefault()
    lead(event.url)
  }
  contents.on('will-navigate', hold)
  // A server that redirects the console elsewhere shows nothing; nor does it open a browser.
  contents.on('will-redirect', (event) => {
    if (event.isMainFrame ? !isConsole(event.url, place()) : !isFrame(event.url, place()))
      event.preventDefault()
  })
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame && !isFrame(event.url, place())) event.preventDefault()
  })
  contents.setWindowOpenHandler(({ url }) => {
    lead(url)
    return { action: 'deny' }
  })
  contents.on('will-attach-webview', (event) => event.preventDefault())
}

/** The console and files that the API answers with. Letters, archive and pages for subscribers lie at the same origin and hold what
 *  other people wrote: they belong into a browser that has no token. */
function isConsole(text: string, place: Place | null): boolean {
  const url = URL.parse(text)
  if (url === null || url.origin !== place?.origin) return false
  return url.pathname === '/' || url.pathname.startsWith('/api/v1/')
}

/** Previews in frames: written by the console itself, or from the API. */
const isFrame = (text: string, place: Place | null): boolean =>
  text === 'about:srcdoc' ||
  text === 'about:blank' ||
  isConsole(text.replace(/^blob:(.*)\/[\w-]+$/, '$1/'), place)
