import type { Migration } from './index.ts'

// consent is clustered by person and has no other index: an import's rows are appended at its end, and cost a third of
// what they would with an id of their own and an index by person.
export const subscription: Migration = {
  version: 3,
  name: 'subscription',
  sql: `
  UPDATE list SET doc = json_set(doc, '$.optIn', 'single') WHERE json_extract(doc, '$.optIn') IS NULL;

  -- What a person said about how they want to receive; no row: nothing.
  CREATE TABLE IF NOT EXISTS subscription (
    subscriber_id INTEGER PRIMARY KEY,
    max_per_week INTEGER,
    tracking TEXT NOT NULL,
    paused_until INTEGER
  ) STRICT;
  CREATE INDEX IF NOT EXISTS subscription_pause ON subscription (paused_until) WHERE paused_until IS NOT NULL;

  CREATE TABLE IF NOT EXISTS consent (
    subscriber_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    from_status TEXT,
    to_status TEXT NOT NULL,
    source TEXT NOT NULL,
    at INTEGER NOT NULL,
    lists TEXT,
    origin TEXT,
    ip TEXT,
    user_agent TEXT,
    words TEXT,
    PRIMARY KEY (subscriber_id, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS consent_network ON consent (at) WHERE ip IS NOT NULL OR user_agent IS NOT NULL;

  CREATE TABLE IF NOT EXISTS notice (
    subscriber_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    mail INTEGER NOT NULL,
    asked_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    due_at INTEGER,
    sent_at INTEGER,
    attempt INTEGER NOT NULL,
    uncertain INTEGER NOT NULL,
    code TEXT,
    detail TEXT,
    lists TEXT NOT NULL,
    fields TEXT NOT NULL,
    PRIMARY KEY (subscriber_id, kind)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS notice_due ON notice (due_at) WHERE due_at IS NOT NULL;
  CREATE INDEX IF NOT EXISTS notice_expires ON notice (expires_at);

  -- Who was erased, as HMAC-SHA-256 of their address.
  CREATE TABLE IF NOT EXISTS erased (
    hash TEXT PRIMARY KEY,
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS erased_at ON erased (at);
  CREATE TABLE IF NOT EXISTS salt (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    value TEXT NOT NULL
  ) STRICT;
  INSERT OR IGNORE INTO salt (id, value) VALUES (1, hex(randomblob(32)));

  CREATE INDEX IF NOT EXISTS membership_asked ON membership (at) WHERE status = 'unconfirmed';
`,
}
