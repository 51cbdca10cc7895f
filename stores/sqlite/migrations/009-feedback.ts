import type { Migration } from './index.ts'

// What addresses have against them: a row for each that bounced in a way that may pass.
const softBounces = `
  CREATE TABLE IF NOT EXISTS soft_bounce (
    subscriber_id INTEGER PRIMARY KEY,
    score REAL NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;
`

export const feedback: Migration = {
  version: 9,
  name: 'feedback',
  sql: softBounces,
}
