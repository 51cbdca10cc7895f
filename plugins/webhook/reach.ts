import { connect, isIP } from 'node:net'
import type { ChannelContext } from '../../engine/channel/index.ts'

/** Can this place be connected to? Null, or what is wrong. No request is made: there are receivers that act on any. */
export function reach(
  url: URL,
  { clock, egress }: Pick<ChannelContext, 'clock' | 'egress'>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<string | null> {
  const refusal = egress?.refusal(url) ?? null
  if (refusal !== null) return Promise.resolve(refusal)
  if (signal.aborted) return Promise.resolve('was not asked')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
  return new Promise((resolve) => {
    let result: string | null = null
    const socket = connect({
      host,
      port,
      // A literal address is not looked up; `refusal` has seen it.
      ...(egress !== undefined && isIP(host) === 0 && { lookup: egress.lookup }),
    })
    const end = (text: string | null) => {
      result ??= text
      socket.destroy()
    }
    const stop = () => end('was not waited for')
    const cancel = clock.after(timeoutMs, () => end(`could not be connected to within ${timeoutMs / 1000} s`))
    signal.addEventListener('abort', stop, { once: true })
    socket.on('connect', () => end(null))
    socket.on('error', (error) => end(error.message.slice(0, 200)))
    socket.on('close', () => {
      cancel()
      signal.removeEventListener('abort', stop)
      resolve(result)
    })
  })
}
