import { type Answer, addressOf, Refusal } from '../../api/client.ts'

export type PreflightReport = Answer<'POST /campaigns/{idOrName}/preflight'>
type Line =
  | { readonly type: 'progress'; readonly done: number; readonly audience: number }
  | ({ readonly type: 'result' } & PreflightReport)
  | { readonly type: 'problem'; readonly status: number }

/** Render for everybody without sending, and look at what large providers ask for. `onProgress` hears letters done of audience. */
export async function runPreflight(
  campaign: number,
  onProgress: (done: number, audience: number) => void,
  signal: AbortSignal,
): Promise<PreflightReport> {
  const response = await fetch(
    addressOf('POST /campaigns/{idOrName}/preflight', { path: { idOrName: campaign } }),
    { method: 'POST', headers: { accept: 'application/x-ndjson' }, signal },
  ).catch((error: unknown) => {
    throw signal.aborted ? error : new Refusal({ status: 0 }, null)
  })
  if (!response.ok || response.body === null)
    throw new Refusal({ ...((await response.json()) as object), status: response.status }, null)
  let rest = ''
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    const lines = (rest + (value ?? '')).split('\n')
    rest = done ? '' : lines.pop()!
    for (const text of lines) {
      if (text === '') continue
      const line = JSON.parse(text) as Line
      if (line.type === 'progress') onProgress(line.done, line.audience)
      else if (line.type === 'result') return line
      else throw new Refusal(line, null)
    }
    if (done) throw new Refusal({ status: 0 }, null)
  }
}
