import type { Migration } from './index.ts'

// What is asked for is a column; the rest of an alert and of a notification is in its doc, which nothing looks into.
// Each index holds few rows: those that are open, unheard, due.
export const alerts: Migration = {
  version: 7,
  name: 'alerts',
  sql: `
  CREATE TABLE IF NOT EXISTS alert (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL,
    state TEXT NOT NULL,
    severity TEXT NOT NULL,
    topic TEXT,
    version INTEGER NOT NULL,
    -- The version that the desk has taken in.
    heard INTEGER NOT NULL,
    ended_at INTEGER,
    doc TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS alert_key ON alert (key, id);
  CREATE UNIQUE INDEX IF NOT EXISTS alert_open_key ON alert (key) WHERE ended_at IS NULL;
  CREATE INDEX IF NOT EXISTS alert_open ON alert (id) WHERE ended_at IS NULL;
  CREATE INDEX IF NOT EXISTS alert_unheard ON alert (id) WHERE heard <> version;
  CREATE INDEX IF NOT EXISTS alert_ended ON alert (ended_at) WHERE ended_at IS NOT NULL;

  CREATE TABLE IF NOT EXISTS alert_group (
    key TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE IF NOT EXISTS notification (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    group_key TEXT NOT NULL,
    thread TEXT NOT NULL,
    -- 0 for info to 3 for critical.
    severity INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    retry_until INTEGER NOT NULL,
    audience INTEGER NOT NULL,
    -- Of the rooms and the people who get it now, how many were taken.
    taken INTEGER NOT NULL,
    targets INTEGER NOT NULL,
    rooms INTEGER NOT NULL,
    doc TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS notification_group ON notification (group_key, id);
  CREATE INDEX IF NOT EXISTS notification_thread ON notification (thread);
  CREATE INDEX IF NOT EXISTS notification_created ON notification (created_at);
  CREATE INDEX IF NOT EXISTS notification_unfinished ON notification (severity DESC, id) WHERE taken < targets;

  CREATE TABLE IF NOT EXISTS notification_alert (
    alert_id INTEGER NOT NULL,
    notification_id INTEGER NOT NULL,
    PRIMARY KEY (alert_id, notification_id)
  ) STRICT, WITHOUT ROWID;

  -- Follows that get it now, a thousand a row, packed.
  CREATE TABLE IF NOT EXISTS notification_people (
    notification_id INTEGER NOT NULL,
    block INTEGER NOT NULL,
    ids BLOB NOT NULL,
    PRIMARY KEY (notification_id, block)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE IF NOT EXISTS posting (
    notification_id INTEGER NOT NULL,
    target INTEGER NOT NULL,
    -- The notification's.
    severity INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    uncertain INTEGER NOT NULL,
    due_at INTEGER,
    updated_at INTEGER NOT NULL,
    subscriber_id INTEGER,
    channel TEXT NOT NULL,
    place TEXT NOT NULL,
    code TEXT,
    detail TEXT,
    PRIMARY KEY (notification_id, target)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS posting_retry ON posting (severity, due_at) WHERE state = 'retry';
  -- With all that tells whether somebody has it, so that looking for the lost ones reads no rows.
  CREATE INDEX IF NOT EXISTS posting_handing ON posting (severity DESC, notification_id, target, attempt)
    WHERE state = 'handing';
  CREATE INDEX IF NOT EXISTS posting_held ON posting (target, notification_id) WHERE state = 'held';
  CREATE INDEX IF NOT EXISTS posting_held_due ON posting (due_at, target) WHERE state = 'held';
  CREATE INDEX IF NOT EXISTS posting_person ON posting (subscriber_id, notification_id)
    WHERE subscriber_id IS NOT NULL;

  CREATE TABLE IF NOT EXISTS alert_thread (
    thread TEXT NOT NULL,
    channel TEXT NOT NULL,
    place TEXT NOT NULL,
    receipt TEXT NOT NULL,
    PRIMARY KEY (thread, channel, place)
  ) STRICT, WITHOUT ROWID;

  -- \`changed\` rises with each change of any follow; those that are gone stay a day without a person.
  CREATE TABLE IF NOT EXISTS follow (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    subscriber_id INTEGER,
    changed INTEGER NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    doc TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS follow_person ON follow (subscriber_id) WHERE subscriber_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS follow_gone ON follow (updated_at) WHERE subscriber_id IS NULL;

  CREATE TABLE IF NOT EXISTS follow_preference (
    subscriber_id INTEGER PRIMARY KEY,
    doc TEXT NOT NULL
  ) STRICT;

  CREATE TABLE IF NOT EXISTS silence (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    doc TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS silence_ends ON silence (ends_at);

  CREATE TABLE IF NOT EXISTS heartbeat (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    doc TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS beat (
    heartbeat_id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    alarmed INTEGER NOT NULL
  ) STRICT;
`,
}
