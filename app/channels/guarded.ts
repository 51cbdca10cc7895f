import type { LookupAddress } from 'node:dns'
import { isIP } from 'node:net'
import type { Egress } from '../../engine/channel/index.ts'
import { BroadsheetError } from '../../engine/errors.ts'
import { isRecord } from '../config/tree.ts'

/** Of mail servers (RFC 6409, RFC 8314, and what providers offer where 25 is closed). */
const mailPorts: ReadonlySet<number> = new Set([25, 465, 587, 2525])

/** Of this machine: what is in them would be sent to wherever the settings say. */
const namesFile = /(?:file|path|directory)$/i

/** Settings that came over the API may lead no further than what comes from outside does: addresses of HTTP as the guard says, a
 *  mail server by its address and its port. What the operator has set already may be tried again. Resolves with settings that name the
 *  address that was looked at, so that a name that resolves otherwise a moment later changes nothing. Rejects with E_EGRESS, and with
 *  E_INPUT where they name a file. */
export async function guarded(
  settings: { readonly [key: string]: unknown },
  egress: Egress,
  /** Settings of the channels there are. */
  known: readonly unknown[],
): Promise<{ readonly [key: string]: unknown }> {
  const file = fileIn(settings, 'settings')
  if (file !== null)
    throw new BroadsheetError(
      'E_INPUT',
      `${file} names a file of the daemon's machine: set it in the settings file.`,
      {
        issues: [{ path: file, message: 'names a file of the daemon’s machine' }],
      },
    )
  for (const url of urlsIn(settings)) {
    const refused = egress.refusal(url)
    if (refused !== null) throw new BroadsheetError('E_EGRESS', `The address ${url.host} ${refused}.`)
    await addressOf(bareHost(url.hostname), egress)
  }
  const { host, port } = settings
  if (typeof host !== 'string' || typeof port !== 'number') return settings
  const isKnown = known.some((one) => isRecord(one) && one.host === host && one.port === port)
  if (isKnown) return settings
  if (!mailPorts.has(port))
    throw new BroadsheetError(
      'E_EGRESS',
      `Port ${port} is refused: only ${[...mailPorts].join(', ')} are tried. Set it in the settings file.`,
    )
  const address = await addressOf(host, egress)
  if (isIP(host) !== 0) return settings
  const tls = isRecord(settings.tls) ? settings.tls : {}
  // The certificate is for the name.
  return { ...settings, host: address, tls: { servername: host, ...tls } }
}

const bareHost = (host: string): string => (host.startsWith('[') ? host.slice(1, -1) : host)

function* urlsIn(value: unknown): Generator<URL> {
  if (typeof value === 'string') {
    const url = /^https?:/i.test(value) ? URL.parse(value) : null
    if (url !== null) yield url
  } else if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(value)) yield* urlsIn(inner)
}

function fileIn(value: unknown, path: string): string | null {
  if (typeof value !== 'object' || value === null) return null
  for (const [key, inner] of Object.entries(value)) {
    const here = `${path}.${key}`
    if (namesFile.test(key) && typeof inner === 'string') return here
    const within = fileIn(inner, here)
    if (within !== null) return within
  }
  return null
}

function addressOf(host: string, egress: Egress): Promise<string> {
  return new Promise((resolve, reject) => {
    egress.lookup(host, { all: true }, (error, found) => {
      const [first] = Array.isArray(found) ? (found as readonly LookupAddress[]) : []
      if (error === null && first !== undefined) resolve(first.address)
      else
        reject(
          new BroadsheetError(
            'E_EGRESS',
            (error as NodeJS.ErrnoException | null)?.code === 'EGRESS_REFUSED'
              ? `The host ${error!.message}.`
              : `The host ${host} is not known to the name servers.`,
            { cause: error },
          ),
        )
    })
  })
}
