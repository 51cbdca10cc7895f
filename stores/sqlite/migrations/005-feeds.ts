import type { Migration } from './index.ts'

export const feeds: Migration = {
  version: 5,
  name: 'feeds',
  sql: `
  CREATE TABLE IF NOT EXISTS feed (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    doc TEXT NOT NULL
  ) STRICT;

  -- next_at: null for one that is gone.
  CREATE TABLE IF NOT EXISTS feed_state (
    feed_id INTEGER PRIMARY KEY,
    url TEXT NOT NULL,
    etag TEXT,
    last_modified TEXT,
    next_at INTEGER,
    interval_ms INTEGER NOT NULL,
    last_fetched_at INTEGER,
    failures INTEGER NOT NULL,
    last_error TEXT,
    last_item_at INTEGER,
    moved_to TEXT,
    items_seen INTEGER NOT NULL
  ) STRICT;

  -- A feed that gives its entries new ids is recognised by their addresses.
  CREATE INDEX IF NOT EXISTS item_url ON item (url);
`,
}
