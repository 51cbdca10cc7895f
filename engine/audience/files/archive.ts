import { closeSync, createWriteStream, openSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Entry, fromFd, type ZipFile } from 'yauzl'
import { BroadsheetError } from '../../errors.ts'
import { checkGrowth, type UnpackLimits, unpackLimits } from './gunzip.ts'

export interface ArchiveLimits extends UnpackLimits {
  readonly maxEntries: number
  /** Of the archive itself: its directory stands at its end, so that it has to be laid down first. */
  readonly maxArchiveBytes: number
}
export const archiveLimits: ArchiveLimits = {
  ...unpackLimits,
  maxEntries: 1000,
  maxArchiveBytes: 1_073_741_824,
}

export interface Archive {
  /** In the archive's own order. Names are text only: nothing is written under them. */
  readonly names: readonly string[]
  sizeOf(name: string): number
  /** The unpacked bytes of an entry; at most one at a time. */
  read(name: string): AsyncIterable<Uint8Array>
  close(): Promise<void>
}

/** Lay a ZIP archive down in a private temporary file and read its directory. Refused before anything is unpacked:
 *  too many entries, sizes or ratios beyond the limits (E_TOO_LARGE), names that leave the archive, encrypted or damaged
 *  ones (E_BODY). An entry that holds more than its directory says is cut off with E_BODY. */
export async function openArchive(
  source: AsyncIterable<Uint8Array>,
  limits: ArchiveLimits = archiveLimits,
): Promise<Archive> {
  const folder = await mkdtemp(join(tmpdir(), 'broadsheet-archive-'))
  try {
    const file = join(folder, 'upload.zip')
    await layDown(source, file, limits.maxArchiveBytes)
    const zip = await open(file)
    try {
      const entries = await directory(zip, limits)
      return {
        names: [...entries.keys()],
        sizeOf: (name) => entries.get(name)?.uncompressedSize ?? 0,
        read: (name) => unpack(zip, entries.get(name)!, limits),
        async close() {
          zip.close()
          await rm(folder, { recursive: true, force: true })
        },
      }
    } catch (error) {
      zip.close()
      throw error
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

async function layDown(source: AsyncIterable<Uint8Array>, file: string, maxBytes: number): Promise<void> {
  let bytes = 0
  await pipeline(
    source,
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        bytes += chunk.length
        if (bytes > maxBytes)
          throw new BroadsheetError('E_TOO_LARGE', `The archive is larger than ${maxBytes} bytes.`)
        yield chunk
      }
    },
    createWriteStream(file, { mode: 0o600 }),
  )
}

const damaged = (error: unknown): BroadsheetError =>
  error instanceof BroadsheetError
    ? error
    : new BroadsheetError(
        'E_BODY',
        `The ZIP archive cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
      )

function open(file: string): Promise<ZipFile> {
  const fd = openSync(file, 'r')
  return new Promise((resolve, reject) => {
    fromFd(fd, { lazyEntries: true, autoClose: false, validateEntrySizes: true }, (error, zip) => {
      if (error === null) return resolve(zip)
      closeSync(fd)
      reject(damaged(error))
    })
  })
}

function directory(zip: ZipFile, limits: ArchiveLimits): Promise<ReadonlyMap<string, Entry>> {
  const entries = new Map<string, Entry>()
  let total = 0
  return new Promise((resolve, reject) => {
    const refuse = (error: unknown) => reject(damaged(error))
    if (zip.entryCount > limits.maxEntries)
      return refuse(
        new BroadsheetError(
          'E_TOO_LARGE',
          `The archive has ${zip.entryCount} entries, at most ${limits.maxEntries} are read.`,
        ),
      )
    zip.once('error', refuse)
    zip.once('end', () => resolve(entries))
    zip.on('entry', (entry: Entry) => {
      try {
        total += entry.uncompressedSize
        checkGrowth(entry.compressedSize, entry.uncompressedSize, limits)
        checkGrowth(Number.POSITIVE_INFINITY, total, limits)
        if (!entry.fileName.endsWith('/')) entries.set(entry.fileName, entry)
        zip.readEntry()
      } catch (error) {
        refuse(error)
      }
    })
    zip.readEntry()
  })
}

async function* unpack(zip: ZipFile, entry: Entry, limits: ArchiveLimits): AsyncGenerator<Uint8Array> {
  if (entry.isEncrypted())
    throw new BroadsheetError('E_BODY', `"${entry.fileName.slice(0, 100)}" in the archive is encrypted.`)
  const stream = await new Promise<Readable>((resolve, reject) => {
    zip.openReadStream(entry, (error, opened) => (error === null ? resolve(opened) : reject(damaged(error))))
  })
  let bytes = 0
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.length
      checkGrowth(entry.compressedSize, bytes, limits)
      yield chunk
    }
  } catch (error) {
    throw damaged(error)
  } finally {
    stream.destroy()
  }
}
