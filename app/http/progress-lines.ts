import { Readable } from 'node:stream'

// A reader that is slower than this misses steps of the progress, never the result.
const maxBufferedBytes = 65_536

/** Work told as NDJSON: `{"type":"progress", ...}` lines while it goes on, at the end one
 *  `{"type":"result", ...}`, or `{"type":"problem", ...}` with the problem's fields, since the status line has long left. */
export function progressLines(
  work: (report: (progress: object) => void) => Promise<object>,
  problemOf: (error: unknown) => object,
): Readable {
  const stream = new Readable({ read() {} })
  const write = (line: object): void => {
    if (!stream.destroyed) stream.push(`${JSON.stringify(line)}\n`)
  }
  const report = (progress: object): void => {
    if (stream.readableLength < maxBufferedBytes) write({ type: 'progress', ...progress })
  }
  const run = async (): Promise<void> => {
    try {
      write({ type: 'result', ...(await work(report)) })
    } catch (error) {
      write({ ...problemOf(error), type: 'problem' })
    }
    stream.push(null)
  }
  void run()
  return stream
}
