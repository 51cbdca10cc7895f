import type { Migration } from './index.ts'

const collection = (table: string) => `
  CREATE TABLE IF NOT EXISTS ${table} (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    doc TEXT NOT NULL
  ) STRICT;
`

// STRICT gives every column its type: a flipped bit in a row's header is then found by quick_check more often.
// Wide columns come last, so that reading a status or a state never walks their overflow pages.
export const initial: Migration = {
  version: 1,
  name: 'initial',
  sql: `
  CREATE TABLE IF NOT EXISTS meta (
    key TEXT PRIMARY KEY,
    value INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  INSERT OR IGNORE INTO meta (key, value) VALUES ('checks', 0);

  ${['list', 'topic', 'template', 'api_key'].map(collection).join('')}

  CREATE TABLE IF NOT EXISTS subscriber (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    address TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    name TEXT,
    language TEXT,
    time_zone TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    topics TEXT NOT NULL,
    attributes TEXT NOT NULL
  ) STRICT;
  -- Also holds the id: cutting an audience checks statuses in this index and never reads the wide rows.
  CREATE INDEX IF NOT EXISTS subscriber_status ON subscriber (status);

  CREATE TABLE IF NOT EXISTS membership (
    list_id INTEGER NOT NULL,
    subscriber_id INTEGER NOT NULL,
    status TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (list_id, subscriber_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS membership_subscriber ON membership (subscriber_id);

  CREATE TABLE IF NOT EXISTS suppression (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    address TEXT NOT NULL UNIQUE,
    reason TEXT NOT NULL,
    detail TEXT,
    created_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE IF NOT EXISTS item (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    url TEXT NOT NULL,
    image_url TEXT,
    author TEXT,
    language TEXT,
    topics TEXT NOT NULL,
    popularity REAL NOT NULL,
    published_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    summary TEXT NOT NULL,
    body TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS item_published ON item (published_at);
  CREATE TABLE IF NOT EXISTS item_topic (
    topic TEXT NOT NULL,
    item_id INTEGER NOT NULL,
    PRIMARY KEY (topic, item_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE IF NOT EXISTS campaign (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    reason TEXT,
    scheduled_at INTEGER,
    publication_id INTEGER,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    input TEXT NOT NULL
  ) STRICT;

  -- channel to exclude_ids are taken out of the spec: the ledger needs them with every batch.
  CREATE TABLE IF NOT EXISTS publication (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    campaign_id INTEGER NOT NULL,
    month INTEGER NOT NULL,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    channel TEXT NOT NULL,
    uncertain TEXT NOT NULL,
    once_key TEXT,
    list_ids TEXT NOT NULL,
    exclude_ids TEXT NOT NULL,
    spec TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS publication_campaign ON publication (campaign_id);
  CREATE INDEX IF NOT EXISTS publication_state ON publication (state);

  -- Rows of the ledger by state, changed in the transaction that changes the rows. Beside publication, since
  -- an update there would write the spec again.
  CREATE TABLE IF NOT EXISTS publication_count (
    publication_id INTEGER PRIMARY KEY,
    chunks INTEGER NOT NULL DEFAULT 0,
    audience INTEGER NOT NULL DEFAULT 0,
    handing INTEGER NOT NULL DEFAULT 0,
    sent INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    retry INTEGER NOT NULL DEFAULT 0,
    unknown INTEGER NOT NULL DEFAULT 0,
    skipped INTEGER NOT NULL DEFAULT 0,
    suppressed INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  -- ids: the recipients, ascending, as differences in LEB128 (id-list.ts): 1 to 2 KB a thousand.
  -- No lease time: it lives in the writer's memory (leases.ts).
  CREATE TABLE IF NOT EXISTS chunk (
    publication_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    state TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    owner TEXT,
    due_at INTEGER,
    count INTEGER NOT NULL,
    first_id INTEGER NOT NULL,
    last_id INTEGER NOT NULL,
    ids BLOB NOT NULL,
    PRIMARY KEY (publication_id, seq)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS chunk_live ON chunk (publication_id, seq, state, due_at, epoch)
    WHERE state <> 'done';

  -- noted: the state once more where people ask for it by name; null while handing and when sent. Nearly every
  -- row is only ever those two, and the index costs them nothing: indexing the state itself took as long again
  -- as writing the row.
  CREATE TABLE IF NOT EXISTS delivery (
    publication_id INTEGER NOT NULL,
    subscriber_id INTEGER NOT NULL,
    channel TEXT NOT NULL,
    chunk INTEGER NOT NULL,
    state TEXT NOT NULL,
    noted TEXT,
    attempt INTEGER NOT NULL,
    uncertain INTEGER NOT NULL,
    due_at INTEGER,
    updated_at INTEGER NOT NULL,
    code TEXT,
    detail TEXT,
    picks BLOB,
    PRIMARY KEY (publication_id, subscriber_id, channel)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS delivery_noted ON delivery (publication_id, noted, subscriber_id)
    WHERE noted IS NOT NULL;

  CREATE TABLE IF NOT EXISTS once (
    key TEXT NOT NULL,
    subscriber_id INTEGER NOT NULL,
    publication_id INTEGER NOT NULL,
    PRIMARY KEY (key, subscriber_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE IF NOT EXISTS event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    publication_id INTEGER NOT NULL,
    subscriber_id INTEGER NOT NULL,
    channel TEXT NOT NULL,
    type TEXT NOT NULL,
    at INTEGER NOT NULL,
    code TEXT,
    detail TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS event_publication ON event (publication_id);
  CREATE INDEX IF NOT EXISTS event_subscriber ON event (subscriber_id);

  CREATE TABLE IF NOT EXISTS bucket (
    key TEXT PRIMARY KEY,
    arrival REAL NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE IF NOT EXISTS reply (
    key TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    status INTEGER,
    body TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS reply_expires ON reply (expires_at);

  CREATE TABLE IF NOT EXISTS presence (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    at INTEGER NOT NULL,
    beats INTEGER NOT NULL
  ) STRICT;
`,
}
