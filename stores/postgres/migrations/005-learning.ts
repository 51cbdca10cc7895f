import type { Migration } from './index.ts'

// Of each reader what letters are ranked by, and what that was made of: json, which comes back letter by letter.
const affinity = `
  CREATE TABLE IF NOT EXISTS affinity (
    subscriber_id bigint PRIMARY KEY,
    updated_at bigint NOT NULL,
    weights json NOT NULL,
    tallies json NOT NULL
  );
  CREATE INDEX IF NOT EXISTS affinity_updated ON affinity (updated_at);
`

// A version is up to a megabyte, kept beside its row.
const models = `
  CREATE TABLE IF NOT EXISTS rank_model (
    version integer PRIMARY KEY,
    at bigint NOT NULL,
    note text NOT NULL,
    active integer NOT NULL,
    state json NOT NULL
  );
  CREATE TABLE IF NOT EXISTS rank_draft (
    id integer PRIMARY KEY CHECK (id = 1),
    revision bigint NOT NULL,
    cursor bigint NOT NULL,
    at bigint NOT NULL,
    state json
  );
  INSERT INTO rank_draft (id, revision, cursor, at) VALUES (1, 0, 0, 0) ON CONFLICT DO NOTHING;
`

export const learning: Migration = {
  version: 5,
  name: 'learning',
  sql: affinity + models,
}
