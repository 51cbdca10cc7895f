import type { Asset, AssetFacts, AssetHash } from '../model/asset.ts'
import type { AssetId, EpochMs, ItemId, Page, PublicationId } from '../model/ids.ts'

/** Bytes of a piece, but for the last one. A piece crosses threads and connections as a whole: a large file neither holds the
 *  writer nor fills the memory. */
export const assetPieceBytes = 131_072

/** What refers to an asset, some of each. */
export interface AssetMentions {
  readonly items: readonly ItemId[]
  readonly publications: readonly PublicationId[]
}

/** Files that templates, items and letters refer to. Invariants: one asset a hash; its bytes never change; a name means one
 *  asset. */
export interface AssetStore {
  get(hash: AssetHash): Promise<Asset | null>
  /** What these names mean, of those that mean something. */
  byName(names: readonly string[]): Promise<readonly { readonly name: string; readonly asset: Asset }[]>
  /** In id order. */
  page(query: { readonly after: number; readonly limit: number }): Promise<Page<Asset>>
  /** Pieces are numbered from 0. Null: there is none, or no longer. */
  piece(id: AssetId, seq: number): Promise<Uint8Array | null>
  /** Items whose picture or text, and publications whose letters hold the hash: at most `limit` of each. Reads all there are. */
  mentions(hash: AssetHash, limit: number): Promise<AssetMentions>
  /** With its names. False when there was none. */
  remove(id: AssetId): Promise<boolean>
}

/** How bytes become an asset: `begin`, `append` for each piece in order, `seal`. Until it is sealed nobody sees it. */
export interface AssetUploads {
  begin(now: EpochMs): Promise<AssetId>
  /** `seq` counts from 0; every piece but the last has `assetPieceBytes`. False when the upload is gone. */
  append(id: AssetId, seq: number, bytes: Uint8Array): Promise<boolean>
  /** It is whole. Where these bytes are known already the upload is dropped, and `name` means the known ones from now on.
   *  Rejects with E_QUOTA when all assets would have more than `maxTotalBytes` together (concurrent uploads may pass it by
   *  one another), with E_NOT_FOUND when the upload is gone; nothing is changed then. */
  seal(
    id: AssetId,
    facts: AssetFacts & { readonly hash: AssetHash; readonly bytes: number; readonly name: string },
    options: { readonly maxTotalBytes: number; readonly now: EpochMs },
  ): Promise<{ readonly asset: Asset; readonly created: boolean }>
  /** Give it up. */
  drop(id: AssetId): Promise<void>
  /** Drop up to `limit` of those that began before that time. Resolves with how many. */
  sweep(query: { readonly before: EpochMs; readonly limit: number }): Promise<number>
}
