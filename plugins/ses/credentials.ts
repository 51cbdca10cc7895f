import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { type ChannelContext, createHttpClient } from '../../engine/channel/index.ts'
import { parse } from './classify.ts'
import type { SesConfig } from './config.ts'
import type { Credentials } from './sign.ts'

/** Keys to sign with. */
export interface CredentialSource {
  /** Rejects with words for people, which hold no secret. Calls share one request. */
  get(): Promise<Credentials>
  /** These were refused: the next `get` asks anew where that helps. */
  drop(refused: Credentials): void
  close(): Promise<void>
}

// AWS's container provider: HTTP GET, JSON of this form.
const answerSchema = z.object({
  AccessKeyId: z.string().min(1),
  SecretAccessKey: z.string().min(1),
  Token: z.string().min(1),
  Expiration: z.iso.datetime({ offset: true }),
})

// AWS hands out new ones at least five minutes before the old ones end.
const earlyMs = 5 * 60_000

export function createCredentials(
  config: Pick<SesConfig, 'accessKeyId' | 'secretAccessKey' | 'sessionToken' | 'container'>,
  { clock, egress }: Pick<ChannelContext, 'clock' | 'egress'>,
): CredentialSource {
  const { container } = config
  if (container === undefined) {
    // The schema wants both without a container.
    const { accessKeyId = '', secretAccessKey = '', sessionToken = null } = config
    const credentials = { accessKeyId, secretAccessKey, sessionToken }
    return { get: () => Promise.resolve(credentials), drop() {}, close: () => Promise.resolve() }
  }
  // It answers from this machine; a send that is stopped waits for it.
  const http = createHttpClient({ clock, egress, connections: 1, connectTimeoutMs: 1000, timeoutMs: 2000 })
  let kept: { readonly credentials: Credentials; readonly until: number } | null = null
  let asking: Promise<Credentials> | null = null

  async function ask(): Promise<Credentials> {
    const { url, authorizationTokenFile: file } = container!
    const token = file === undefined ? null : (await readFile(file, 'utf8')).trim()
    const answer = await http.request(
      {
        method: 'GET',
        url: new URL(url),
        headers: { accept: 'application/json', ...(token !== null && { authorization: token }) },
      },
      new AbortController().signal,
    )
    if (answer.kind === 'fault') throw new Error(`No keys could be fetched: ${answer.message}.`)
    const given = answer.status === 200 ? answerSchema.safeParse(parse(answer.body)) : null
    if (given === null || !given.success)
      throw new Error(
        `No keys could be fetched: ${new URL(url).host} answered ${answer.status}${given === null ? '' : ' without keys'}. Check "container".`,
      )
    const { AccessKeyId, SecretAccessKey, Token, Expiration } = given.data
    const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token }
    kept = { credentials, until: Date.parse(Expiration) - earlyMs }
    return credentials
  }

  return {
    get() {
      if (kept !== null && clock.now() < kept.until) return Promise.resolve(kept.credentials)
      asking ??= ask().finally(() => {
        asking = null
      })
      return asking
    },
    drop(refused) {
      if (kept?.credentials === refused) kept = null
    },
    close: () => http.close(),
  }
}
