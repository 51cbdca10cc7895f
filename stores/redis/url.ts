import { readFileSync } from 'node:fs'
import { BroadsheetError } from '../../engine/errors.ts'

export interface RedisPlace {
  readonly cluster: boolean
  readonly hosts: readonly { readonly host: string; readonly port: number }[]
  readonly username?: string
  readonly password?: string
  readonly db: number
  /** Null without TLS. `ca`: PEM, where the system's own authorities are not meant. */
  readonly tls: { readonly ca?: string } | null
  /** `host:port`, several with a comma: what may be logged and shown. */
  readonly place: string
}

const usage =
  'Write redis://user:password@host:6379, rediss://... for TLS (with ?ca=<file> for an authority of your own), or redis+cluster://user:password@host1:6379,host2:6379.'
const shape =
  /^(?<scheme>rediss?(?:\+cluster)?):\/\/(?:(?<user>[^:@/?]*)(?::(?<password>[^@/?]*))?@)?(?<hosts>[^@/?]+)(?:\/(?<db>[^?]*))?(?:\?(?<query>.*))?$/i
const oneHost = /^(?:\[(?<v6>[0-9a-f:.]+)\]|(?<name>[^:[\]\s]+))(?::(?<port>\d{1,5}))?$/i

/** Rejects with E_CONFIG, and never repeats the password. */
export function parseRedisUrl(url: string): RedisPlace {
  const found = shape.exec(url)?.groups
  if (found === undefined) throw wrong(`The Redis URL cannot be read. ${usage}`)
  const scheme = found.scheme!.toLowerCase()
  const cluster = scheme.endsWith('+cluster')
  const hosts = found.hosts!.split(',').map(hostOf)
  if (!cluster && hosts.length > 1)
    throw wrong('The Redis URL names several hosts: write redis+cluster:// if they are a cluster.')
  const db = found.db ? Number(found.db) : 0
  if (!Number.isInteger(db) || db < 0 || (cluster && db > 0))
    throw wrong(
      cluster
        ? `The Redis URL names the database "${found.db}": a cluster has none but 0.`
        : `The Redis URL names the database "${found.db}": it must be a number, e.g. redis://host:6379/0.`,
    )
  const query = new URLSearchParams(found.query ?? '')
  const ca = query.get('ca')
  query.delete('ca')
  const [unknown] = query.keys()
  if (unknown !== undefined) throw wrong(`The Redis URL has an unknown setting "${unknown}". Known: ca.`)
  const tls = scheme.startsWith('rediss')
  if (ca !== null && !tls) throw wrong('The Redis URL has ?ca= without TLS: write rediss:// for redis://.')
  const username = decode(found.user)
  const password = decode(found.password)
  return {
    cluster,
    hosts,
    ...(username === '' ? {} : { username }),
    ...(password === '' ? {} : { password }),
    db,
    tls: tls ? (ca === null ? {} : { ca: readAuthority(ca) }) : null,
    place: hosts.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(','),
  }
}

function hostOf(text: string): { host: string; port: number } {
  const found = oneHost.exec(text)?.groups
  const host = found?.v6 ?? found?.name
  const port = Number(found?.port ?? 6379)
  if (host === undefined || port < 1 || port > 65_535)
    throw wrong(`The Redis URL names "${text}", which is no host and port. ${usage}`)
  return { host, port }
}

function decode(text: string | undefined): string {
  try {
    return decodeURIComponent(text ?? '')
  } catch {
    throw wrong('The name or password in the Redis URL is not encoded well: write % itself as %25.')
  }
}

function readAuthority(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw wrong(
      `The certificate "${file}" of the Redis URL cannot be read (${(error as Error).message}): correct ?ca=.`,
    )
  }
}

const wrong = (message: string) => new BroadsheetError('E_CONFIG', message)
