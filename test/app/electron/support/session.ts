import { EventEmitter } from 'node:events'
import type { OnBeforeSendHeadersListenerDetails, Session } from 'electron'

type BeforeSend = Parameters<Session['webRequest']['onBeforeSendHeaders']>[0]
type PermissionRequest = NonNullable<Parameters<Session['setPermissionRequestHandler']>[0]>
type PermissionCheck = NonNullable<Parameters<Session['setPermissionCheckHandler']>[0]>

/** A session as Electron's: requests pass the listener that was set before they leave, and permissions are asked of the handlers. Without
 *  handlers everything is permitted, as there. */
export class SessionDouble extends EventEmitter {
  readonly partition: string
  readonly cookies = new EventEmitter()
  readonly served = new Map<string, (request: Request) => Response | Promise<Response>>()
  #beforeSend:
    | ((details: OnBeforeSendHeadersListenerDetails, callback: (response: object) => void) => void)
    | null = null
  #request: PermissionRequest | null = null
  #check: PermissionCheck | null = null
  #device: ((details: object) => boolean) | null = null

  constructor(partition: string) {
    super()
    this.partition = partition
  }

  readonly webRequest = {
    onBeforeSendHeaders: (listener: BeforeSend) => {
      this.#beforeSend = listener as never
    },
  }
  readonly protocol = {
    handle: (scheme: string, handler: (request: Request) => Response | Promise<Response>) =>
      void this.served.set(scheme, handler),
  }
  setPermissionRequestHandler(handler: PermissionRequest | null): void {
    this.#request = handler
  }
  setPermissionCheckHandler(handler: PermissionCheck | null): void {
    this.#check = handler
  }
  setDevicePermissionHandler(handler: ((details: object) => boolean) | null): void {
    this.#device = handler
  }

  /** The headers with which a request would leave. */
  headersOf(
    url: string,
    details: Partial<OnBeforeSendHeadersListenerDetails> = {},
  ): Promise<Record<string, string>> {
    const requestHeaders = { Accept: '*/*', ...details.requestHeaders }
    return new Promise((resolve) => {
      if (this.#beforeSend === null) return resolve(requestHeaders)
      this.#beforeSend(
        {
          id: 1,
          url,
          method: 'GET',
          resourceType: 'xhr',
          referrer: '',
          timestamp: 0,
          ...details,
          requestHeaders,
        },
        (response) => resolve((response as { requestHeaders: Record<string, string> }).requestHeaders),
      )
    })
  }
  /** Of the browser itself: no page began it. */
  async fetch(url: string, init: RequestInit = {}): Promise<Response> {
    const headers = await this.headersOf(url, {
      requestHeaders: Object.fromEntries(new Headers(init.headers)),
    })
    return fetch(url, { ...init, headers })
  }
  asked(permission: string, requestingUrl: string, isMainFrame = true): Promise<boolean> {
    return new Promise((resolve) => {
      if (this.#request === null) return resolve(true)
      this.#request(null as never, permission as never, resolve, { requestingUrl, isMainFrame } as never)
    })
  }
  checked(permission: string, origin: string): boolean {
    return this.#check?.(null, permission as never, origin, {} as never) ?? true
  }
  device(): boolean {
    return this.#device?.({}) ?? true
  }
}
