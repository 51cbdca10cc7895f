import type { Migration } from './index.ts'

// Keys of groups are hashes, so each new one goes into a page by itself, and splits it now and then: rows of half a kilobyte
// belong at the end of a table, with only their keys in an index.
export const groupsInOrder: Migration = {
  version: 15,
  name: 'groups-in-order',
  sql: `
  CREATE TABLE IF NOT EXISTS alert_group_in_order (
    key TEXT PRIMARY KEY NOT NULL,
    version INTEGER NOT NULL,
    value TEXT NOT NULL
  ) STRICT;
  INSERT INTO alert_group_in_order (key, version, value) SELECT key, version, value FROM alert_group;
  DROP TABLE alert_group;
  ALTER TABLE alert_group_in_order RENAME TO alert_group;
`,
}
