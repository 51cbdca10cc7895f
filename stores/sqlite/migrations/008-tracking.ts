import type { Migration } from './index.ts'

// What makes an event that is told twice the same one.
const events = `
  CREATE UNIQUE INDEX IF NOT EXISTS event_key ON event (key, at) WHERE key IS NOT NULL;
`

// Where the links of letters lead. A publication has a few dozen, read all at once.
const links = `
  CREATE TABLE IF NOT EXISTS link (
    publication_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    key TEXT NOT NULL,
    url TEXT NOT NULL,
    item_id INTEGER,
    PRIMARY KEY (publication_id, number)
  ) STRICT, WITHOUT ROWID;
`

export const tracking: Migration = {
  version: 8,
  name: 'tracking',
  columns: {
    // Who read, what turned out later, and which link.
    event: { class: 'TEXT', was: 'TEXT', link: 'INTEGER', key: 'TEXT' },
  },
  sql: events + links,
}
