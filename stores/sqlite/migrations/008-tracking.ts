import type { Migration } from './index.ts'

// What makes an event that is told twice the same one.
const events = `
  CREATE UNIQUE INDEX IF NOT EXISTS event_key ON event (key, at) WHERE key IS NOT NULL;
`

export const tracking: Migration = {
  version: 8,
  name: 'tracking',
  columns: {
    // Who read, what turned out later, and which link.
    event: { class: 'TEXT', was: 'TEXT', link: 'INTEGER', key: 'TEXT' },
  },
  sql: events,
}
