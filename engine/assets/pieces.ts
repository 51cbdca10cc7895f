import { BroadsheetError } from '../errors.ts'
import type { Asset } from '../model/asset.ts'
import { type AssetStore, assetPieceBytes } from '../ports/assets.ts'

/** What comes, cut into pieces as stores keep them. Refuses with E_TOO_LARGE as soon as there is more than `maxBytes`. */
export async function* piecesOf(
  source: AsyncIterable<Uint8Array>,
  name: string,
  maxBytes: number,
): AsyncGenerator<Buffer> {
  let waiting: Uint8Array[] = []
  let bytes = 0
  let total = 0
  for await (const chunk of source) {
    total += chunk.length
    if (total > maxBytes) throw tooLarge(name, maxBytes)
    waiting.push(chunk)
    bytes += chunk.length
    if (bytes < assetPieceBytes) continue
    let rest = Buffer.concat(waiting)
    for (; rest.length >= assetPieceBytes; rest = rest.subarray(assetPieceBytes))
      yield rest.subarray(0, assetPieceBytes)
    waiting = [rest]
    bytes = rest.length
  }
  if (bytes > 0) yield Buffer.concat(waiting)
}

export const tooLarge = (name: string, maxBytes: number): BroadsheetError =>
  new BroadsheetError(
    'E_TOO_LARGE',
    `"${name}" has more than ${maxBytes.toLocaleString('en')} bytes (assets.maxFileBytes).`,
  )

/** Bytes `from` up to and with `to`, a piece at a time: the next one is read when it is asked for. Throws E_NOT_FOUND where the asset
 *  is removed meanwhile. */
export async function* readPieces(
  store: Pick<AssetStore, 'piece'>,
  { id, hash }: Pick<Asset, 'id' | 'hash'>,
  from: number,
  to: number,
): AsyncGenerator<Uint8Array> {
  for (let seq = Math.floor(from / assetPieceBytes); seq * assetPieceBytes <= to; seq += 1) {
    const piece = await store.piece(id, seq)
    if (piece === null) throw new BroadsheetError('E_NOT_FOUND', `The asset ${hash} was removed.`)
    const start = seq * assetPieceBytes
    yield piece.subarray(Math.max(from - start, 0), to - start + 1)
  }
}
