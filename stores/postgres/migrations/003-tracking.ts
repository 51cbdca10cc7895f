import type { Migration } from './index.ts'

// Who read, what turned out later, and which link; and what makes an event that is told twice the same one.
const events = `
  ALTER TABLE event ADD COLUMN IF NOT EXISTS class text;
  ALTER TABLE event ADD COLUMN IF NOT EXISTS was text;
  ALTER TABLE event ADD COLUMN IF NOT EXISTS link integer;
  ALTER TABLE event ADD COLUMN IF NOT EXISTS key text;
  CREATE UNIQUE INDEX IF NOT EXISTS event_key ON event (key, at) WHERE key IS NOT NULL;
  -- Among a hundred times as many that were sent.
  CREATE INDEX IF NOT EXISTS event_read ON event (id) WHERE class IS NOT NULL;
`

// Where the links of letters lead. A publication has a few dozen, read all at once.
const links = `
  CREATE TABLE IF NOT EXISTS link (
    publication_id bigint NOT NULL,
    number integer NOT NULL,
    item_id bigint,
    key text NOT NULL,
    url text NOT NULL,
    PRIMARY KEY (publication_id, number)
  );
`

// Numbers of what events say, for those up to the cursor. Of publication 0: of all publications, so that what is asked of all
// is as quickly told as what is asked of one. Dimensions, types and classes are numbers (stores/rules/rollup.ts). The day
// before the value: what is counted now lies together. Nothing but keys is indexed, and pages are left some room: a row
// that is counted on stays on its page, and touches no index. Collation "C": by code point, as in the other stores.
const hot = (fill: number) =>
  `(fillfactor = ${fill}, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0)`
const rollups = `
  CREATE TABLE IF NOT EXISTS rollup_cursor (
    id integer PRIMARY KEY CHECK (id = 1),
    rolled_to bigint NOT NULL
  ) WITH (fillfactor = 10);
  INSERT INTO rollup_cursor (id, rolled_to) VALUES (1, 0) ON CONFLICT DO NOTHING;

  CREATE TABLE IF NOT EXISTS rollup_count (
    publication_id bigint NOT NULL,
    day integer NOT NULL,
    n integer NOT NULL,
    dimension smallint NOT NULL,
    type smallint NOT NULL,
    class smallint NOT NULL,
    value text COLLATE "C" NOT NULL,
    PRIMARY KEY (publication_id, dimension, day, value, type, class)
  ) WITH ${hot(75)};
  CREATE TABLE IF NOT EXISTS rollup_people (
    publication_id bigint NOT NULL,
    people integer NOT NULL,
    dimension smallint NOT NULL,
    type smallint NOT NULL,
    class smallint NOT NULL,
    value text COLLATE "C" NOT NULL,
    PRIMARY KEY (publication_id, dimension, value, type, class)
  ) WITH ${hot(75)};
  CREATE TABLE IF NOT EXISTS rollup_quarter (
    publication_id bigint NOT NULL,
    quarter integer NOT NULL,
    n integer NOT NULL,
    type smallint NOT NULL,
    class smallint NOT NULL,
    PRIMARY KEY (publication_id, quarter, type, class)
  ) WITH ${hot(50)};
  -- How much was ever sent to a domain. size: in doublings from 16 on, which change seldom while it grows: the index finds the
  -- largest of 50,000 without sorting them.
  CREATE TABLE IF NOT EXISTS rollup_domain (
    publication_id bigint NOT NULL,
    sent integer NOT NULL,
    size smallint NOT NULL GENERATED ALWAYS AS (floor(ln(greatest(sent, 16)::float8) / ln(2::float8))) STORED,
    domain text COLLATE "C" NOT NULL,
    PRIMARY KEY (publication_id, domain)
  ) WITH ${hot(75)};
  CREATE INDEX IF NOT EXISTS rollup_domain_size ON rollup_domain (publication_id, size);

  -- What one person did with one publication: slot, count, slot, count ... (engine/analytics/slots.ts).
  CREATE TABLE IF NOT EXISTS touch (
    publication_id bigint NOT NULL,
    subscriber_id bigint NOT NULL,
    counts integer[] NOT NULL,
    PRIMARY KEY (publication_id, subscriber_id)
  ) WITH ${hot(80)};

  CREATE TABLE IF NOT EXISTS score (
    subscriber_id bigint PRIMARY KEY,
    log2 double precision NOT NULL
  ) WITH ${hot(75)};
  CREATE TABLE IF NOT EXISTS score_bin (
    bin integer PRIMARY KEY,
    people integer NOT NULL
  ) WITH ${hot(20)};

  CREATE TABLE IF NOT EXISTS active_month (
    subscriber_id bigint NOT NULL,
    month integer NOT NULL,
    n integer NOT NULL,
    PRIMARY KEY (month, subscriber_id)
  ) WITH ${hot(75)};
  CREATE TABLE IF NOT EXISTS cohort (
    cohort integer NOT NULL,
    month integer NOT NULL,
    people integer NOT NULL,
    PRIMARY KEY (cohort, month)
  ) WITH ${hot(20)};
`

// How the audience grows and shrinks, by the hour (engine/model/audience-flow.ts). from_status '': nobody was known. list_id 0: everybody.
// Consents are appended as time goes by: an index of pages finds those of two days, and costs an import nothing.
const audience = `
  CREATE INDEX IF NOT EXISTS consent_at ON consent USING brin (at);

  CREATE TABLE IF NOT EXISTS audience_flow (
    hour integer NOT NULL,
    n integer NOT NULL,
    kind text COLLATE "C" NOT NULL,
    from_status text COLLATE "C" NOT NULL,
    to_status text COLLATE "C" NOT NULL,
    PRIMARY KEY (hour, kind, from_status, to_status)
  );
  CREATE TABLE IF NOT EXISTS audience_size (
    list_id bigint NOT NULL,
    hour integer NOT NULL,
    people integer NOT NULL,
    status text COLLATE "C" NOT NULL,
    PRIMARY KEY (list_id, hour, status)
  );
  CREATE INDEX IF NOT EXISTS audience_size_hour ON audience_size (hour);
  CREATE TABLE IF NOT EXISTS cohort_size (
    cohort integer PRIMARY KEY,
    people integer NOT NULL
  );
  CREATE TABLE IF NOT EXISTS alert_time (
    hour integer NOT NULL,
    bin integer NOT NULL,
    alerts integer NOT NULL,
    severity text COLLATE "C" NOT NULL,
    timing text COLLATE "C" NOT NULL,
    PRIMARY KEY (hour, severity, timing, bin)
  );
`

export const tracking: Migration = {
  version: 3,
  name: 'tracking',
  sql: events + links + rollups + audience,
}
