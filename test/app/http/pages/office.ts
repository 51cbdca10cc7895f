import type { FastifyInstance } from 'fastify'
import { type PagesConfig, pagesSchema } from '../../../../app/config/pages.ts'
import { createHttp, type HttpConfig } from '../../../../app/http/server.ts'
import { createLinks } from '../../../../engine/compose/links.ts'
import { type Log, silentLog } from '../../../../engine/log.ts'
import type { PublicationId, SubscriberId } from '../../../../engine/model/ids.ts'
import type { OptIn } from '../../../../engine/model/list.ts'
import type { Store } from '../../../../engine/ports/store.ts'
import { type House, openHouse } from '../../../engine/support/house.ts'
import { waitFor } from '../../../engine/support/wait.ts'

export const publicUrl = 'https://news.example'
/** As the house has it. */
const secret = 'a secret only for the tests'

export interface Visited {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** What the page says, without its head and markup. */
  readonly words: string
  /** The form's own token. */
  readonly form: string
}

/** An engine that really sends, behind its public pages. */
export interface Office extends AsyncDisposable {
  readonly url: string
  readonly house: House
  readonly store: Store
  readonly app: FastifyInstance
  visit(path: string, headers?: Record<string, string>): Promise<Visited>
  post(
    path: string,
    fields: Record<string, string | readonly string[]>,
    headers?: Record<string, string>,
  ): Promise<Visited>
  /** Opens a page, waits as people do, and sends its form. */
  fill(path: string, fields: Record<string, string | readonly string[]>): Promise<Visited>
  list(name: string, title: string, more?: { optIn?: OptIn; description?: string }): Promise<number>
  /** A letter's own token. */
  token(publicationId: number, subscriberId: number): string
  /** Waits for a mail to this address and gives the path of the link in it that begins so. */
  mailed(address: string, begin: string): Promise<string>
}

export async function openOffice(
  options: {
    readonly pages?: Partial<PagesConfig> | object
    readonly http?: HttpConfig
    readonly log?: Log
    readonly store?: Store
    readonly people?: number
    readonly body?: string
    /** Newest first. */
    readonly secrets?: readonly string[]
    /** More of the engine's settings. */
    readonly engine?: object
  } = {},
): Promise<Office> {
  const { people = 0, store, body } = options
  const house = await openHouse({
    people,
    ...(store && { store }),
    ...(body !== undefined && { body }),
    config: { publicUrl, ...(options.secrets && { secrets: options.secrets }), ...options.engine },
  })
  const app = await createHttp({
    engine: house.engine,
    log: options.log ?? silentLog,
    clock: house.clock,
    version: '0.0.0',
    config: {
      publicUrl,
      formSecrets: [secret],
      pages: pagesSchema.parse({ title: 'The Harbour Courier', ...options.pages }),
      ...options.http,
    },
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const links = createLinks({ secrets: [secret], publicUrl })

  async function ask(path: string, init: RequestInit): Promise<Visited> {
    const response = await fetch(url + path, { redirect: 'manual', ...init })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      text,
      words: text
        .replace(/^[\s\S]*<main[^>]*>/, '')
        .replace(/<\/main>[\s\S]*$/, '')
        .replace(/<[^>]+>/g, ' ')
        .replace(/\s+/g, ' '),
      form: /name="form" value="([^"]*)"/.exec(text)?.[1] ?? '',
    }
  }
  const encode = (fields: Record<string, string | readonly string[]>) =>
    new URLSearchParams(
      Object.entries(fields).flatMap(([name, value]) =>
        [value].flat().map((one) => [name, one] as [string, string]),
      ),
    )
  const visit: Office['visit'] = (path, headers = {}) => ask(path, { headers })
  const post: Office['post'] = (path, fields, headers = {}) =>
    ask(path, { method: 'POST', headers, body: encode(fields) })

  return {
    url,
    house,
    store: house.store,
    app,
    visit,
    post,
    async fill(path, fields) {
      const { form } = await visit(path)
      house.clock.advance(5000)
      return post(path, { form, ...fields })
    },
    async list(name, title, { optIn = 'single', description = '' } = {}) {
      return (await house.store.lists.insert({ name, title, description, optIn }, house.clock.now())).id
    },
    token: (publicationId, subscriberId) =>
      links.token(publicationId as PublicationId, subscriberId as SubscriberId),
    mailed: (address, begin) =>
      waitFor(
        `a mail to ${address}`,
        () => {
          const mail = house.channel.taken.findLast(({ to }) => to === address)
          if (mail === undefined) return null
          const text = mail.text.replace(/=\r\n/g, '').replace(/=3D/g, '=')
          const link = new RegExp(`${publicUrl}(${begin}[A-Za-z0-9_-]+)`).exec(text)
          return link?.[1]
        },
        () => house.clock.advance(100),
      ),
    async [Symbol.asyncDispose]() {
      await app.close()
      await house[Symbol.asyncDispose]()
    },
  }
}
