import type { Migration } from './index.ts'

// An upload is an asset without a hash, until its last piece is there. Its bytes are beside it, so that lists read none of them.
export const assets: Migration = {
  version: 12,
  name: 'assets',
  sql: `
  CREATE TABLE IF NOT EXISTS asset (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash TEXT UNIQUE,
    name TEXT,
    type TEXT,
    bytes INTEGER,
    width INTEGER,
    height INTEGER,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS asset_upload ON asset (created_at) WHERE hash IS NULL;

  CREATE TABLE IF NOT EXISTS asset_piece (
    asset_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (asset_id, seq)
  ) STRICT;

  CREATE TABLE IF NOT EXISTS asset_name (
    name TEXT PRIMARY KEY,
    asset_id INTEGER NOT NULL,
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS asset_name_asset ON asset_name (asset_id);
`,
}
