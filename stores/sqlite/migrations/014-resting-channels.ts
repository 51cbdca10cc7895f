import type { Migration } from './index.ts'

// With the channel in it, what waits for a channel that takes nothing is passed over within the index.
export const restingChannels: Migration = {
  version: 14,
  name: 'resting-channels',
  sql: `
  CREATE INDEX IF NOT EXISTS posting_due ON posting (severity, due_at, channel) WHERE state = 'retry';
  DROP INDEX IF EXISTS posting_retry;
`,
}
