import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { BroadsheetError } from '../../errors.ts'

export interface UnpackLimits {
  /** Unpacked bytes by packed byte, once `freeBytes` are out. CSV of real people packs 3 to 20 times. */
  readonly maxRatio: number
  readonly freeBytes: number
  readonly maxBytes: number
}
export const unpackLimits: UnpackLimits = { maxRatio: 200, freeBytes: 16_777_216, maxBytes: 17_179_869_184 }

/** Unpack, and stop a stream that grows out of proportion. Rejects with E_TOO_LARGE then, with E_BODY for what is no
 *  gzip. */
export async function* gunzip(
  source: AsyncIterable<Uint8Array>,
  limits: UnpackLimits = unpackLimits,
): AsyncGenerator<Uint8Array> {
  let packed = 0
  let unpacked = 0
  let failure: unknown = null
  async function* counted() {
    try {
      for await (const chunk of source) {
        packed += chunk.length
        yield chunk
      }
    } catch (error) {
      failure = error
      throw error
    }
  }
  const input = Readable.from(counted(), { objectMode: false, highWaterMark: 65_536 })
  const output = createGunzip()
  input.once('error', (error) => output.destroy(error))
  input.pipe(output)
  try {
    for await (const chunk of output as AsyncIterable<Buffer>) {
      unpacked += chunk.length
      checkGrowth(packed, unpacked, limits)
      yield chunk
    }
  } catch (error) {
    if (failure !== null) throw failure
    if (error instanceof BroadsheetError) throw error
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== undefined && /^(Z_|ERR_)/.test(code))
      throw new BroadsheetError('E_BODY', `The gzip file is damaged after ${unpacked} bytes: ${message}.`)
    throw error
  } finally {
    input.destroy()
    output.destroy()
  }
}

export function checkGrowth(packed: number, unpacked: number, limits: UnpackLimits): void {
  if (unpacked > limits.maxBytes)
    throw new BroadsheetError('E_TOO_LARGE', `The file unpacks to more than ${limits.maxBytes} bytes.`)
  if (unpacked > limits.freeBytes && unpacked > packed * limits.maxRatio)
    throw new BroadsheetError(
      'E_TOO_LARGE',
      `The file unpacks to more than ${limits.maxRatio} times its size: that is no list of people. Unpack it yourself to import it.`,
    )
}
