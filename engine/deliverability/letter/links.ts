import type { Fetcher, FetchResult } from '../../ports/fetcher.ts'
import { ok, type PreflightLine, unknown, warning } from '../line.ts'
import type { ReadLetter } from './read.ts'

const maxLinks = 40
const parallel = 4
const timeoutMs = 5000
const totalMs = 20_000
// Enough to know that something is there.
const maxBytes = 65_536

/** Do the links of these letters lead somewhere? Those to this installation itself are not asked: they hold a reader's token,
 *  and what follows them is counted. At most 40 are, four at a time, in 20 s. */
export async function judgeLinks(
  letters: readonly ReadLetter[],
  { publicUrl, fetcher, signal }: { publicUrl: string; fetcher: Fetcher; signal: AbortSignal },
): Promise<PreflightLine> {
  const id = 'links.work'
  const own = new URL(publicUrl).origin
  const all = new Set<string>()
  const odd: string[] = []
  for (const { html } of letters)
    for (const { href } of html?.links ?? []) {
      if (/^(mailto|tel|sms):/i.test(href) || href.startsWith('#')) continue
      const url = URL.parse(href)
      if (url === null || !/^https?:$/.test(url.protocol)) odd.push(href)
      else if (url.origin !== own) all.add(url.href)
    }
  if (odd.length > 0)
    return warning(id, `"${odd[0]!.slice(0, 80)}" is no address of the web`, 'Begin it with https://.')
  const asked = [...all].slice(0, maxLinks)
  const stop = AbortSignal.any([signal, AbortSignal.timeout(totalMs)])
  const broken: string[] = []
  const silent: string[] = []
  const queue = asked.values()
  const lane = async () => {
    for (const url of queue) {
      const request = { url, accept: '*/*', etag: null, lastModified: null, maxBytes, timeoutMs }
      const verdict = stop.aborted ? 'silent' : verdictOf(await fetcher.get(request, stop))
      const words = new URL(url).host + new URL(url).pathname.slice(0, 60)
      if (verdict === 'silent') silent.push(words)
      else if (verdict !== null) broken.push(`${words} ${verdict}`)
    }
  }
  await Promise.all(Array.from({ length: parallel }, lane))
  if (broken.length > 0)
    return warning(
      id,
      `${broken.length} of ${asked.length} do not work: ${broken.slice(0, 3).join('; ')}`,
      'Correct them, or take them out.',
    )
  if (silent.length > 0)
    return unknown(
      id,
      `${silent.length} of ${asked.length} did not tell: ${silent.slice(0, 3).join('; ')}`,
      'Follow them by hand: some sites answer no programs.',
    )
  const rest = all.size > asked.length ? `; ${all.size - asked.length} more were not asked` : ''
  return ok(id, asked.length === 0 ? 'none leads elsewhere' : `all ${asked.length} answer${rest}`)
}

/** Null: it works. `silent`: nothing follows from it. Else what is wrong. */
function verdictOf(result: FetchResult): string | null {
  if (result.kind === 'gone') return 'answered 410'
  if (result.kind !== 'failed') return null
  switch (result.code) {
    // It answered, with more than was asked for.
    case 'size':
    case 'encoding':
      return null
    case 'status':
      // Sites that send programs away say so by these.
      return /answered (401|403|405|406|429|503|999)$/.test(result.detail) ? 'silent' : result.detail
    case 'timeout':
    case 'connection':
      return 'silent'
    case 'refused':
    case 'name':
    case 'redirects':
      return result.detail
  }
}
