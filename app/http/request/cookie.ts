import type { FastifyRequest } from 'fastify'

/** With https the name itself promises that it came over https, from this host and for all of it (RFC 6265bis, 4.1.3.2). */
const secureName = '__Host-broadsheet'
const plainName = 'broadsheet'
const secretForm = /^bss_[\w-]{43}$/

/** The secret of a session, as the request's cookie has it. A plain cookie is not looked at where there is a `__Host-` one:
 *  a neighbouring host may set plain ones. */
export function sessionSecretOf({ headers: { cookie } }: FastifyRequest): string | null {
  if (cookie === undefined || cookie.length > 16_384) return null
  let plain: string | null = null
  for (const part of cookie.split(';')) {
    const [name, value = ''] = part.trim().split('=', 2)
    if (name === secureName) return secretForm.test(value) ? value : null
    if (name === plainName && secretForm.test(value)) plain = value
  }
  return plain
}

/** `Set-Cookie` of a session; `secret` null takes it away. `SameSite=Strict`: the console asks from its own pages, so no
 *  other site's link needs it. */
export function sessionCookie(
  secret: string | null,
  how: { readonly secure: boolean; readonly maxAgeMs: number },
): string {
  const name = how.secure ? secureName : plainName
  const age = secret === null ? 0 : Math.floor(how.maxAgeMs / 1000)
  return `${name}=${secret ?? ''}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Strict${how.secure ? '; Secure' : ''}`
}
