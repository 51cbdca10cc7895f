import type { Migration } from './index.ts'

// Of each reader what letters are ranked by, and what that was made of.
const affinity = `
  CREATE TABLE IF NOT EXISTS affinity (
    subscriber_id INTEGER PRIMARY KEY,
    updated_at INTEGER NOT NULL,
    weights TEXT NOT NULL,
    tallies TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS affinity_updated ON affinity (updated_at);
`

// A version is up to a megabyte, behind what lists show of it.
const models = `
  CREATE TABLE IF NOT EXISTS rank_model (
    version INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    note TEXT NOT NULL,
    active INTEGER NOT NULL,
    state TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS rank_draft (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    revision INTEGER NOT NULL,
    cursor INTEGER NOT NULL,
    at INTEGER NOT NULL,
    state TEXT
  ) STRICT;
  INSERT OR IGNORE INTO rank_draft (id, revision, cursor, at) VALUES (1, 0, 0, 0);
`

export const learning: Migration = {
  version: 10,
  name: 'learning',
  sql: affinity + models,
}
