import type { Migration } from './index.ts'

// Who signs in, where they are signed in, and what they were let in by.
const people = `
  CREATE TABLE IF NOT EXISTS app_user (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    doc TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS session (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    address TEXT,
    user_agent TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS session_of_user ON session (user_id);
  CREATE INDEX IF NOT EXISTS session_expires ON session (expires_at);
  CREATE TABLE IF NOT EXISTS one_time_token (
    hash TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    subject TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`

// Read newest first: an index ends with the id, which SQLite puts there by itself.
const audit = `
  CREATE TABLE IF NOT EXISTS audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    caller_kind TEXT NOT NULL,
    caller_id TEXT NOT NULL,
    caller_name TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT,
    outcome TEXT NOT NULL,
    request_id TEXT,
    address TEXT,
    detail TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS audit_at ON audit (at);
  CREATE INDEX IF NOT EXISTS audit_caller ON audit (caller_kind, caller_id);
  CREATE INDEX IF NOT EXISTS audit_subject ON audit (subject) WHERE subject IS NOT NULL;
`

export const access: Migration = {
  version: 11,
  name: 'access',
  sql: people + audit,
}
