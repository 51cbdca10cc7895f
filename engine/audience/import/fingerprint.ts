import { createHash } from 'node:crypto'
import { BroadsheetError } from '../../errors.ts'

/** The first `bytes` bytes of a file and their SHA-256 in hex. */
export interface Prefix {
  readonly bytes: number
  readonly digest: string
}

export interface Fingerprinted {
  readonly source: AsyncIterable<Uint8Array>
  /** What was read so far. */
  prefix(): Prefix
  bytes(): number
  /** Was the expected beginning read, and is it the same? True from the start where none is expected. */
  verified(): boolean
}

/** Read a source and remember what its beginning was. `expected`: the beginning of the file that this goes on with;
 *  reading rejects with E_CONFLICT when this one begins otherwise or ends before. */
export function fingerprint(source: AsyncIterable<Uint8Array>, expected: Prefix | null): Fingerprinted {
  const hash = createHash('sha256')
  let bytes = 0
  let verified = expected === null || expected.bytes === 0
  const other = () =>
    new BroadsheetError(
      'E_CONFLICT',
      `This is not the file that the import began with: its first ${expected?.bytes ?? 0} bytes differ. Import it anew, without resuming.`,
    )
  async function* read(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      if (!verified && expected !== null && bytes + chunk.length >= expected.bytes) {
        const rest = expected.bytes - bytes
        hash.update(chunk.subarray(0, rest))
        if (hash.copy().digest('hex') !== expected.digest) throw other()
        hash.update(chunk.subarray(rest))
        verified = true
      } else hash.update(chunk)
      bytes += chunk.length
      yield chunk
    }
    if (!verified) throw other()
  }
  return {
    source: read(),
    prefix: () => ({ bytes, digest: hash.copy().digest('hex') }),
    bytes: () => bytes,
    verified: () => verified,
  }
}
