import type { Migration } from './index.ts'

// The key is what makes a due time come out once. Waves need no column: a chunk's due_at is its wave's moment, and what
// they are cut by is in the publication's spec.
export const editions: Migration = {
  version: 6,
  name: 'editions',
  sql: `
  CREATE TABLE IF NOT EXISTS edition (
    campaign_id INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    number INTEGER,
    publication_id INTEGER,
    at INTEGER NOT NULL,
    reason TEXT,
    PRIMARY KEY (campaign_id, due_at)
  ) STRICT, WITHOUT ROWID;

  -- Whether anybody has a limit of their own is asked with every batch.
  CREATE INDEX IF NOT EXISTS subscription_limit ON subscription (subscriber_id) WHERE max_per_week IS NOT NULL;

  -- Which zones there are is asked before each edition by local time: 600 look-ups in this instead of a walk
  -- over everybody. Most people have none, and cost nothing.
  CREATE INDEX IF NOT EXISTS subscriber_zone ON subscriber (time_zone) WHERE time_zone IS NOT NULL;
`,
}
