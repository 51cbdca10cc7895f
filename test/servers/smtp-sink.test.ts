import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'
import { startSink } from './smtp-sink.ts'
import { startSinkProcess } from './smtp-sink-process.ts'

/** A whole conversation, pipelined beyond all rules: the sink must find every letter by its bytes alone. */
function conversation(bodies: readonly string[]): string {
  const letters = bodies.map(
    (body, n) =>
      `MAIL FROM:<a@b.test>\r\nRCPT TO:<r${n}@b.test>\r\nDATA\r\nMessage-ID: <${n}@b.test>\r\n\r\n${body}\r\n.\r\n`,
  )
  return `EHLO me\r\n${letters.join('')}QUIT\r\n`
}

async function talk(port: number, chunks: readonly string[]): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  socket.resume()
  const closed = new Promise((resolve) => socket.once('close', resolve))
  for (const chunk of chunks) {
    await new Promise((resolve) => socket.write(chunk, 'latin1', resolve))
    // A turn for the server, so that the chunk arrives by itself.
    await new Promise((resolve) => setImmediate(resolve))
  }
  await closed
}

it('finds the same letters however the bytes are cut', async () => {
  const piece = fc.constantFrom('a', '.b', 'c.', '\r\n', '\r', '\n', '\r\n.')
  const body = fc
    .array(piece, { maxLength: 8 })
    .map((pieces) => pieces.join(''))
    .filter((text) => !`\r\n${text}\r\n`.includes('\r\n.\r\n'))
  await fc.assert(
    fc.asyncProperty(
      fc.array(body, { minLength: 1, maxLength: 3 }),
      fc.array(fc.nat(), { maxLength: 12 }),
      async (bodies, cuts) => {
        const sink = await startSink({ keep: true })
        const text = conversation(bodies)
        const at = [0, ...cuts.map((cut) => cut % text.length).toSorted((a, b) => a - b), text.length]
        await talk(
          sink.port,
          at.slice(1).map((end, n) => text.slice(at[n], end)),
        )
        expect(sink.bodies().map(String)).toEqual(
          bodies.map((one, n) => `Message-ID: <${n}@b.test>\r\n\r\n${one}\r\n`),
        )
        expect(sink.received().map(({ to, messageId }) => `${to} ${messageId}`)).toEqual(
          bodies.map((_, n) => `r${n}@b.test <${n}@b.test>`),
        )
        await sink.close()
      },
    ),
    { numRuns: 50 },
  )
})

it('writes what it took to a file that outlives it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'broadsheet-sink-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'received')
  const first = await startSinkProcess({ file })
  await talk(first.port, [conversation(['one', 'two'])])
  await first.close()
  const second = await startSinkProcess({ file })
  onTestFinished(() => second.close())
  await talk(second.port, [conversation(['three'])])
  expect(second.received().map(({ to, messageId, from }) => [to, messageId, from])).toEqual([
    ['r0@b.test', '<0@b.test>', 'a@b.test'],
    ['r1@b.test', '<1@b.test>', 'a@b.test'],
    ['r0@b.test', '<0@b.test>', 'a@b.test'],
  ])
})
