import type { Migration } from './index.ts'

// What makes an event that is told twice the same one; and what was read, among a hundred times as many that were sent.
const events = `
  CREATE UNIQUE INDEX IF NOT EXISTS event_key ON event (key, at) WHERE key IS NOT NULL;
  CREATE INDEX IF NOT EXISTS event_read ON event (id) WHERE class IS NOT NULL;
`

// Where the links of letters lead. A publication has a few dozen, read all at once.
const links = `
  CREATE TABLE IF NOT EXISTS link (
    publication_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    key TEXT NOT NULL,
    url TEXT NOT NULL,
    item_id INTEGER,
    PRIMARY KEY (publication_id, number)
  ) STRICT, WITHOUT ROWID;
`

// Numbers of what events say, for those up to the cursor. Of publication 0: of all publications, so that what is asked of all is as
// quickly told as what is asked of one. Dimensions, types and classes are numbers (stores/rules/rollup.ts): half the bytes, and so half the
// pages that a step dirties. The day before the value: what is counted now lies together.
const rollups = `
  CREATE TABLE IF NOT EXISTS rollup_cursor (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    rolled_to INTEGER NOT NULL
  ) STRICT;
  INSERT OR IGNORE INTO rollup_cursor (id, rolled_to) VALUES (1, 0);

  CREATE TABLE IF NOT EXISTS rollup_count (
    publication_id INTEGER NOT NULL,
    dimension INTEGER NOT NULL,
    day INTEGER NOT NULL,
    value TEXT NOT NULL,
    type INTEGER NOT NULL,
    class INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (publication_id, dimension, day, value, type, class)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS rollup_people (
    publication_id INTEGER NOT NULL,
    dimension INTEGER NOT NULL,
    value TEXT NOT NULL,
    type INTEGER NOT NULL,
    class INTEGER NOT NULL,
    people INTEGER NOT NULL,
    PRIMARY KEY (publication_id, dimension, value, type, class)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS rollup_quarter (
    publication_id INTEGER NOT NULL,
    quarter INTEGER NOT NULL,
    type INTEGER NOT NULL,
    class INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (publication_id, quarter, type, class)
  ) STRICT, WITHOUT ROWID;
  -- How much was ever sent to a domain: finds the largest of 50,000 without adding up their days.
  CREATE TABLE IF NOT EXISTS rollup_domain (
    publication_id INTEGER NOT NULL,
    domain TEXT NOT NULL,
    sent INTEGER NOT NULL,
    PRIMARY KEY (publication_id, domain)
  ) STRICT, WITHOUT ROWID;

  -- What one person did with one publication: slot, count, slot, count ... (engine/analytics/slots.ts).
  CREATE TABLE IF NOT EXISTS touch (
    publication_id INTEGER NOT NULL,
    subscriber_id INTEGER NOT NULL,
    counts TEXT NOT NULL,
    PRIMARY KEY (publication_id, subscriber_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE IF NOT EXISTS score (
    subscriber_id INTEGER PRIMARY KEY,
    log2 REAL NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS score_bin (
    bin INTEGER PRIMARY KEY,
    people INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE IF NOT EXISTS active_month (
    month INTEGER NOT NULL,
    subscriber_id INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (month, subscriber_id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS cohort (
    cohort INTEGER NOT NULL,
    month INTEGER NOT NULL,
    people INTEGER NOT NULL,
    PRIMARY KEY (cohort, month)
  ) STRICT, WITHOUT ROWID;
`

// How the audience grows and shrinks, by the hour (engine/model/audience-flow.ts). from_status '': nobody was known. list_id 0: everybody.
const audience = `
  CREATE INDEX IF NOT EXISTS consent_at ON consent (at, kind, from_status, to_status);

  CREATE TABLE IF NOT EXISTS audience_flow (
    hour INTEGER NOT NULL,
    kind TEXT NOT NULL,
    from_status TEXT NOT NULL,
    to_status TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (hour, kind, from_status, to_status)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS audience_size (
    list_id INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    status TEXT NOT NULL,
    people INTEGER NOT NULL,
    PRIMARY KEY (list_id, hour, status)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS audience_size_hour ON audience_size (hour);
  CREATE TABLE IF NOT EXISTS cohort_size (
    cohort INTEGER PRIMARY KEY,
    people INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS alert_time (
    hour INTEGER NOT NULL,
    severity TEXT NOT NULL,
    timing TEXT NOT NULL,
    bin INTEGER NOT NULL,
    alerts INTEGER NOT NULL,
    PRIMARY KEY (hour, severity, timing, bin)
  ) STRICT, WITHOUT ROWID;
`

export const tracking: Migration = {
  version: 8,
  name: 'tracking',
  columns: {
    // Who read, what turned out later, and which link.
    event: { class: 'TEXT', was: 'TEXT', link: 'INTEGER', key: 'TEXT' },
  },
  sql: events + links + rollups + audience,
}
