import type { Migration } from './index.ts'

// Who read, what turned out later, and which link; and what makes an event that is told twice the same one.
const events = `
  ALTER TABLE event ADD COLUMN IF NOT EXISTS class text;
  ALTER TABLE event ADD COLUMN IF NOT EXISTS was text;
  ALTER TABLE event ADD COLUMN IF NOT EXISTS link integer;
  ALTER TABLE event ADD COLUMN IF NOT EXISTS key text;
  CREATE UNIQUE INDEX IF NOT EXISTS event_key ON event (key, at) WHERE key IS NOT NULL;
`

export const tracking: Migration = {
  version: 3,
  name: 'tracking',
  sql: events,
}
