import type { Migration } from './index.ts'

/** Imports and how far they are: written in the transaction that writes their rows. */
export const imports: Migration = {
  version: 4,
  name: 'imports',
  sql: `
  CREATE TABLE IF NOT EXISTS import_job (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    rows INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL DEFAULT 0,
    updated INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0,
    rejected INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    digest TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    name TEXT,
    detail TEXT,
    settings TEXT NOT NULL,
    report TEXT NOT NULL
  ) STRICT;
`,
}
