import { type Answer, addressOf, Refusal } from '../../api/client.ts'
import type { Operations } from '../../api/operations.ts'

export type ImportQuery = NonNullable<Operations['POST /subscribers/import']['query']>
export type ImportResult = Answer<'POST /subscribers/import'>
export type ImportKind = 'subscribers' | 'suppressions' | 'items'

/** How far a file is on its way, and what the daemon has read of it. */
export interface UploadProgress {
  readonly sentBytes: number
  readonly totalBytes: number
  /** Known once the daemon has begun to answer. */
  readonly rows: number | null
  readonly rejected: number | null
}

/** Sends a file to be imported. By XMLHttpRequest: fetch tells nothing of how much of a body has been sent. The daemon reads no faster than it
 *  stores, so that what is sent is what is done, but for some megabytes on the way. Rejects with a Refusal, or with an AbortError. */
export function upload(
  kind: ImportKind,
  file: Blob,
  query: ImportQuery,
  onProgress: (progress: UploadProgress) => void,
  signal: AbortSignal,
): Promise<ImportResult> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    let progress: UploadProgress = { sentBytes: 0, totalBytes: file.size, rows: null, rejected: null }
    const tell = (change: Partial<UploadProgress>): void => {
      progress = { ...progress, ...change }
      onProgress(progress)
    }
    request.open('POST', addressOf(`POST /${kind}/import`, { query: { ...query, progress: '1' } }))
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.upload.onprogress = ({ loaded }) => tell({ sentBytes: loaded })
    request.onprogress = () => {
      const last = linesOf(request.responseText).findLast(({ type }) => type === 'progress')
      if (last !== undefined) tell({ rows: Number(last.rows), rejected: Number(last.rejected) })
    }
    request.onerror = () => reject(new Refusal({ status: 0 }, null))
    request.onabort = () => reject(new DOMException('The upload was stopped.', 'AbortError'))
    request.onload = () => {
      const last = linesOf(request.responseText).at(-1)
      if (last?.type === 'result') resolve(last as unknown as ImportResult)
      else reject(new Refusal({ ...last, status: Number(last?.status ?? request.status) }, null))
    }
    signal.addEventListener('abort', () => request.abort())
    request.send(file)
  })
}

interface Line {
  readonly type?: string
  readonly [key: string]: unknown
}

/** The whole lines among these, and a problem that is answered as one. */
function linesOf(text: string): readonly Line[] {
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Line]
    } catch {
      return []
    }
  })
}
