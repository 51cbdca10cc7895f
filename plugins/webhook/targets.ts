import type { ChannelContext } from '../../engine/channel/index.ts'
import type { WebhookConfig } from './config.ts'
import type { Format } from './payload.ts'
import { readSecret, type SigningKey } from './sign.ts'

/** A place that a post can go to. */
export interface Target {
  readonly url: URL
  readonly keys: readonly SigningKey[]
  readonly format: Format
  readonly headers: { readonly [name: string]: string }
  /** One person's own. */
  readonly personal: boolean
}

export interface Targets {
  readonly rooms: ReadonlyMap<string, Target>
  /** What receivers of personal contacts verify with; empty where there are none. */
  readonly publicKeys: readonly string[]
  /** Null: neither a room nor a contact that may be reached. */
  find(to: string): Target | null
  /** What is wrong with a contact; null: nothing. */
  contact(text: string): string | null
}

const maxUrl = 2000

export function createTargets(config: WebhookConfig, { egress }: Pick<ChannelContext, 'egress'>): Targets {
  // The schema has refused what is no secret.
  const keysOf = (secrets: readonly string[]) => secrets.flatMap((secret) => readSecret(secret) ?? [])
  const rooms = new Map(
    Object.entries(config.rooms).map(([name, { url, secrets, format, headers }]): [string, Target] => [
      name,
      { url: new URL(url), keys: keysOf(secrets), format, headers, personal: false },
    ]),
  )
  const { contacts } = config
  const personal =
    contacts === undefined
      ? null
      : { keys: keysOf(contacts.secrets), format: contacts.format, headers: {}, personal: true }

  const problem = (url: URL | null): string | null => {
    if (url === null || url.protocol !== 'https:' || url.href.length > maxUrl)
      return 'must be an https address, e.g. https://example.org/hooks/alerts'
    if (url.username !== '' || url.password !== '') return 'must not have a user name or a password in it'
    return egress?.refusal(url) ?? null
  }

  return {
    rooms,
    publicKeys: personal?.keys.flatMap(({ publicKey }) => publicKey ?? []) ?? [],
    find(to) {
      const room = rooms.get(to)
      if (room !== undefined || personal === null) return room ?? null
      const url = URL.parse(to)
      return url === null || problem(url) !== null ? null : { ...personal, url }
    },
    contact: (text) => problem(URL.parse(text)),
  }
}
