import type { Migration } from './index.ts'

// What addresses have against them: a row for each that bounced in a way that may pass.
const softBounces = `
  CREATE TABLE IF NOT EXISTS soft_bounce (
    subscriber_id bigint PRIMARY KEY,
    score double precision NOT NULL,
    at bigint NOT NULL
  );
`

export const feedback: Migration = {
  version: 4,
  name: 'feedback',
  sql: softBounces,
}
