import type { Migration } from './index.ts'

// Who read, what turned out later, and which link; and what makes an event that is told twice the same one.
const events = `
  ALTER TABLE event ADD COLUMN IF NOT EXISTS class text;
  ALTER TABLE event ADD COLUMN IF NOT EXISTS was text;
  ALTER TABLE event ADD COLUMN IF NOT EXISTS link integer;
  ALTER TABLE event ADD COLUMN IF NOT EXISTS key text;
  CREATE UNIQUE INDEX IF NOT EXISTS event_key ON event (key, at) WHERE key IS NOT NULL;
`

// Where the links of letters lead. A publication has a few dozen, read all at once.
const links = `
  CREATE TABLE IF NOT EXISTS link (
    publication_id bigint NOT NULL,
    number integer NOT NULL,
    item_id bigint,
    key text NOT NULL,
    url text NOT NULL,
    PRIMARY KEY (publication_id, number)
  );
`

export const tracking: Migration = {
  version: 3,
  name: 'tracking',
  sql: events + links,
}
