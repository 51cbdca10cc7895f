import { Readable } from 'node:stream'

// A reader that is slower than this misses steps of the progress, never the result.
const maxBufferedBytes = 65_536

/** Work told as NDJSON: `{"type":"progress", ...}` lines while it goes on, at the end one
 *  `{"type":"result", ...}`, or `{"type":"problem", ...}` with the problem's fields, since the status line has long left. */
export const progressLines = (
  work: (report: (progress: object) => void) => Promise<object>,
  problemOf: (error: unknown) => object,
): Readable => workLines(({ report }) => work(report), problemOf)

/** The same for work that also has lines which must not be missed: `tell` resolves once the reader took enough of them. */
export function workLines(
  work: (lines: {
    readonly report: (progress: object) => void
    readonly tell: (lines: readonly object[]) => Promise<void>
  }) => Promise<object>,
  problemOf: (error: unknown) => object,
): Readable {
  let resume = () => {}
  const stream = new Readable({
    highWaterMark: maxBufferedBytes,
    read: () => resume(),
    destroy(error, done) {
      resume()
      done(error)
    },
  })
  const write = (line: object): void => {
    if (!stream.destroyed) stream.push(`${JSON.stringify(line)}\n`)
  }
  const report = (progress: object): void => {
    if (stream.readableLength < maxBufferedBytes) write({ type: 'progress', ...progress })
  }
  const tell = async (lines: readonly object[]): Promise<void> => {
    for (const line of lines) {
      if (stream.destroyed) return
      if (stream.readableLength >= maxBufferedBytes)
        await new Promise<void>((go) => {
          resume = go
        })
      write(line)
    }
  }
  const run = async (): Promise<void> => {
    try {
      write({ type: 'result', ...(await work({ report, tell })) })
    } catch (error) {
      write({ ...problemOf(error), type: 'problem' })
    }
    stream.push(null)
  }
  void run()
  return stream
}
