import type { EpochMs } from '../../engine/model/ids.ts'
import { foldText } from '../../engine/model/segment.ts'
import { foldAttributes } from '../postgres/audience/folded.ts'
import { parts } from '../postgres/ledger/counts.ts'
import type { KindName, Value } from './kinds.ts'

/** A column that is moved. */
interface MovedColumn {
  readonly kind: KindName
  /** Where SQLite has no such column: what reads it there. */
  readonly sqlite?: string
  /** Where Postgres keeps more in it than is moved: what reads that. */
  readonly postgres?: string
}

/** A column that one side has alone: made of another one's value when a row is written. */
interface MadeColumn {
  readonly kind: KindName
  readonly from: string
  make(value: Value): Value
}

interface Table {
  /** The columns by which rows are read, one after the other, from the last that was seen. */
  readonly key: readonly string[]
  /** Where Postgres has another order at hand. */
  readonly postgresKey?: readonly string[]
  readonly columns: { readonly [name: string]: MovedColumn }
  readonly made?: {
    readonly sqlite?: { readonly [name: string]: MadeColumn }
    readonly postgres?: { readonly [name: string]: MadeColumn }
  }
  /** Ids are numbered by the database, which goes on after the last it ever gave. */
  readonly numbered?: true
  /** The sequence that numbers them in Postgres, where it is not the column's own. */
  readonly sequence?: string
  /** A new store has a row of its own, which the one that comes replaces. */
  readonly replaced?: true
  /** What SQLite writes beside the row, with its columns by name. */
  readonly besides?: readonly string[]
  /** What Postgres reads instead of the table. */
  readonly postgresFrom?: string
  /** Postgres parts it by month: the column that says which, and a moment in it. */
  readonly parted?: { readonly column: string; moment(value: number): EpochMs }
  /** What Postgres has beside the rows, once all are there. */
  readonly postgresLast?: string
}
export interface MovedTable extends Table {
  readonly name: string
}

const int = { kind: 'int' } as const
const real = { kind: 'real' } as const
const text = { kind: 'text' } as const
const json = { kind: 'json' } as const
const object = { kind: 'object' } as const
const ids = { kind: 'ids' } as const

const collection: Table = {
  key: ['id'],
  columns: { id: int, name: text, version: int, created_at: int, updated_at: int, doc: json },
  numbered: true,
}
const ofAudience = (column: string) =>
  `(SELECT a.${column} FROM publication_audience a WHERE a.publication_id = publication.id)`
const lastPlanned = '(SELECT max(c.last_id) FROM chunk c WHERE c.publication_id = publication.id)'
const counters = {
  chunks: int,
  audience: int,
  handing: int,
  sent: int,
  failed: int,
  retry: int,
  unknown: int,
  skipped: int,
  suppressed: int,
} as const
const sums = Object.keys(counters).map((name) => `sum(${name})::bigint AS ${name}`)
/** Whoever held it is gone: it may be had at once. */
const goneLease = (held: string): MadeColumn => ({
  kind: 'time',
  from: 'state',
  make: (state) => (state === held ? 'epoch' : null),
})
const idAt = (index: number) => (list: Value) => (JSON.parse(String(list)) as number[]).at(index) ?? 0

const all: { readonly [name: string]: Table } = {
  list: collection,
  topic: collection,
  segment: collection,
  template: collection,
  template_version: {
    key: ['template_id', 'version'],
    columns: { template_id: int, version: int, at: int, author: text, name: text, doc: json },
  },
  api_key: collection,
  feed: collection,
  app_user: collection,
  session: {
    key: ['id'],
    columns: {
      id: int,
      user_id: int,
      hash: text,
      created_at: int,
      last_seen_at: int,
      expires_at: int,
      address: text,
      user_agent: text,
    },
    numbered: true,
  },
  one_time_token: {
    key: ['hash'],
    columns: { hash: text, purpose: text, subject: text, expires_at: int },
  },
  audit: {
    key: ['id'],
    columns: {
      id: int,
      at: int,
      caller_kind: text,
      caller_id: text,
      caller_name: text,
      action: text,
      subject: text,
      outcome: text,
      request_id: text,
      address: text,
      detail: json,
    },
    numbered: true,
  },
  subscriber: {
    key: ['id'],
    columns: {
      id: int,
      address: text,
      status: text,
      name: text,
      language: text,
      time_zone: text,
      created_at: int,
      updated_at: int,
      topics: object,
      attributes: object,
    },
    made: {
      postgres: {
        folded: {
          kind: 'object',
          from: 'attributes',
          make: (attributes) => JSON.stringify(foldAttributes(JSON.parse(String(attributes)))),
        },
        folded_name: { kind: 'text', from: 'name', make: (name) => name && foldText(String(name)) },
      },
    },
    numbered: true,
  },
  membership: {
    key: ['list_id', 'subscriber_id'],
    columns: { list_id: int, subscriber_id: int, status: text, at: int },
  },
  suppression: {
    key: ['id'],
    columns: { id: int, address: text, reason: text, detail: text, created_at: int },
    numbered: true,
  },
  soft_bounce: { key: ['subscriber_id'], columns: { subscriber_id: int, score: real, at: int } },
  subscription: {
    key: ['subscriber_id'],
    columns: { subscriber_id: int, max_per_week: int, tracking: text, paused_until: int },
  },
  consent: {
    key: ['subscriber_id', 'seq'],
    columns: {
      subscriber_id: int,
      seq: int,
      kind: text,
      from_status: text,
      to_status: text,
      source: text,
      at: int,
      lists: ids,
      origin: text,
      ip: text,
      user_agent: text,
      words: text,
    },
  },
  notice: {
    key: ['subscriber_id', 'kind'],
    columns: {
      subscriber_id: int,
      kind: text,
      state: text,
      mail: int,
      asked_at: int,
      expires_at: int,
      due_at: int,
      sent_at: int,
      attempt: int,
      uncertain: int,
      code: text,
      detail: text,
      lists: json,
      fields: json,
    },
  },
  erased: { key: ['hash'], columns: { hash: text, at: int } },
  salt: { key: ['id'], columns: { id: int, value: text }, replaced: true },
  import_job: {
    key: ['id'],
    columns: {
      id: int,
      kind: text,
      state: text,
      rows: int,
      created: int,
      updated: int,
      unchanged: int,
      rejected: int,
      bytes: int,
      digest: text,
      created_at: int,
      updated_at: int,
      name: text,
      detail: text,
      settings: json,
      report: json,
    },
    numbered: true,
  },
  item: {
    key: ['id'],
    columns: {
      id: int,
      key: text,
      title: text,
      url: text,
      image_url: text,
      author: text,
      language: text,
      topics: { kind: 'texts' },
      popularity: real,
      published_at: int,
      created_at: int,
      updated_at: int,
      summary: text,
      body: text,
    },
    numbered: true,
    besides: ['INSERT OR IGNORE INTO item_topic (topic, item_id) SELECT value, :id FROM json_each(:topics)'],
  },
  feed_state: {
    key: ['feed_id'],
    columns: {
      feed_id: int,
      url: text,
      etag: text,
      last_modified: text,
      next_at: int,
      interval_ms: int,
      last_fetched_at: int,
      failures: int,
      last_error: text,
      last_item_at: int,
      moved_to: text,
      items_seen: int,
    },
  },
  campaign: {
    key: ['id'],
    columns: {
      id: int,
      name: text,
      state: text,
      reason: text,
      scheduled_at: int,
      publication_id: int,
      version: int,
      created_at: int,
      updated_at: int,
      input: json,
    },
    numbered: true,
  },
  publication: {
    key: ['id'],
    columns: {
      id: int,
      campaign_id: int,
      month: int,
      state: text,
      created_at: int,
      finished_at: int,
      channel: text,
      uncertain: text,
      once_key: text,
      list_ids: ids,
      exclude_ids: ids,
      rules: { kind: 'json', sqlite: ofAudience('rules') },
      // Of lists alone SQLite goes on behind the last chunk; when planning is over it says nothing any more.
      planned_to: {
        kind: 'int',
        sqlite: `coalesce(${ofAudience('planned_to')}, iif(state = 'planning', ${lastPlanned}, NULL), 0)`,
        postgres: "CASE WHEN rules IS NOT NULL OR state = 'planning' THEN planned_to ELSE 0 END",
      },
      spec: json,
    },
    numbered: true,
    besides: [
      `INSERT INTO publication_audience (publication_id, planned_to, rules)
       SELECT :id, :planned_to, :rules WHERE :rules IS NOT NULL`,
    ],
  },
  publication_count: {
    key: ['publication_id'],
    columns: { publication_id: int, ...counters },
    made: { postgres: { part: { kind: 'int', from: 'publication_id', make: () => 0 } } },
    // Every part has a row, and what came is in the first: a chunk that goes on adds to its own, which may fall below 0
    // then, and only their sum is read.
    postgresLast: `INSERT INTO publication_count (publication_id, part)
      SELECT publication_id, more.part FROM publication_count, generate_series(1, ${parts - 1}) AS more (part)`,
    postgresFrom: `(
      SELECT publication_id, ${sums.join(', ')} FROM publication_count GROUP BY publication_id
    ) AS summed`,
  },
  edition: {
    key: ['campaign_id', 'due_at'],
    columns: { campaign_id: int, due_at: int, number: int, publication_id: int, at: int, reason: text },
  },
  chunk: {
    key: ['publication_id', 'seq'],
    columns: {
      publication_id: int,
      seq: int,
      state: text,
      epoch: int,
      owner: text,
      due_at: int,
      count: int,
      ids: { kind: 'packed' },
    },
    made: {
      sqlite: {
        first_id: { kind: 'int', from: 'ids', make: idAt(0) },
        last_id: { kind: 'int', from: 'ids', make: idAt(-1) },
      },
      postgres: {
        lease_until: goneLease('leased'),
      },
    },
  },
  delivery: {
    parted: { column: 'month', moment: (month) => Date.UTC(Math.floor(month / 100), (month % 100) - 1) },
    key: ['publication_id', 'subscriber_id', 'channel'],
    postgresKey: ['month', 'publication_id', 'subscriber_id', 'channel'],
    columns: {
      month: {
        kind: 'int',
        sqlite: '(SELECT p.month FROM publication p WHERE p.id = delivery.publication_id)',
      },
      publication_id: int,
      subscriber_id: int,
      channel: text,
      chunk: int,
      state: text,
      noted: text,
      attempt: int,
      uncertain: int,
      due_at: int,
      updated_at: int,
      code: text,
      detail: text,
      picks: { kind: 'bytes' },
    },
  },
  link: {
    key: ['publication_id', 'number'],
    columns: { publication_id: int, number: int, item_id: int, key: text, url: text },
  },
  once: {
    key: ['key', 'subscriber_id'],
    columns: { key: text, subscriber_id: int, publication_id: int },
  },
  event: {
    parted: { column: 'at', moment: (at) => at },
    key: ['id'],
    columns: {
      id: int,
      publication_id: int,
      subscriber_id: int,
      channel: text,
      type: text,
      at: int,
      code: text,
      detail: text,
      class: text,
      was: text,
      link: int,
      key: text,
    },
    numbered: true,
    sequence: 'event_id',
  },
  rollup_cursor: { key: ['id'], columns: { id: int, rolled_to: int }, replaced: true },
  rollup_count: {
    key: ['publication_id', 'dimension', 'day', 'value', 'type', 'class'],
    columns: {
      publication_id: int,
      dimension: int,
      day: int,
      value: text,
      type: int,
      class: int,
      n: int,
    },
  },
  rollup_people: {
    key: ['publication_id', 'dimension', 'value', 'type', 'class'],
    columns: { publication_id: int, dimension: int, value: text, type: int, class: int, people: int },
  },
  rollup_quarter: {
    key: ['publication_id', 'quarter', 'type', 'class'],
    columns: { publication_id: int, quarter: int, type: int, class: int, n: int },
  },
  rollup_domain: {
    key: ['publication_id', 'domain'],
    columns: { publication_id: int, domain: text, sent: int },
  },
  touch: {
    key: ['publication_id', 'subscriber_id'],
    columns: { publication_id: int, subscriber_id: int, counts: ids },
  },
  score: { key: ['subscriber_id'], columns: { subscriber_id: int, log2: real } },
  score_bin: { key: ['bin'], columns: { bin: int, people: int } },
  active_month: {
    key: ['month', 'subscriber_id'],
    columns: { month: int, subscriber_id: int, n: int },
  },
  cohort: { key: ['cohort', 'month'], columns: { cohort: int, month: int, people: int } },
  audience_flow: {
    key: ['hour', 'kind', 'from_status', 'to_status'],
    columns: { hour: int, kind: text, from_status: text, to_status: text, n: int },
  },
  audience_size: {
    key: ['list_id', 'hour', 'status'],
    columns: { list_id: int, hour: int, status: text, people: int },
  },
  cohort_size: { key: ['cohort'], columns: { cohort: int, people: int } },
  alert_time: {
    key: ['hour', 'severity', 'timing', 'bin'],
    columns: { hour: int, severity: text, timing: text, bin: int, alerts: int },
  },
  bucket: { key: ['key'], columns: { key: text, arrival: real } },
  reply: {
    key: ['key'],
    columns: { key: text, fingerprint: text, expires_at: int, status: int, body: text },
  },
  alert: {
    key: ['id'],
    columns: {
      id: int,
      key: text,
      state: text,
      severity: text,
      topic: text,
      version: int,
      heard: int,
      ended_at: int,
      doc: json,
    },
    numbered: true,
  },
  alert_group: { key: ['key'], columns: { key: text, version: int, value: json } },
  notification: {
    key: ['id'],
    columns: {
      id: int,
      group_key: text,
      thread: text,
      severity: int,
      created_at: int,
      retry_until: int,
      audience: int,
      taken: int,
      targets: int,
      rooms: int,
      doc: json,
    },
    numbered: true,
    besides: [
      `INSERT OR IGNORE INTO notification_alert (alert_id, notification_id)
       SELECT value, :id FROM json_each(:doc, '$.alertIds')`,
    ],
  },
  notification_people: {
    key: ['notification_id', 'block'],
    columns: { notification_id: int, block: int, ids: { kind: 'fours' } },
  },
  posting: {
    key: ['notification_id', 'target'],
    columns: {
      notification_id: int,
      target: int,
      severity: int,
      state: text,
      attempt: int,
      uncertain: int,
      due_at: int,
      updated_at: int,
      subscriber_id: int,
      channel: text,
      place: text,
      code: text,
      detail: text,
    },
    made: { postgres: { lease_until: goneLease('handing') } },
  },
  alert_thread: {
    key: ['thread', 'channel', 'place'],
    columns: { thread: text, channel: text, place: text, receipt: text },
  },
  follow: {
    key: ['id'],
    columns: {
      id: int,
      subscriber_id: int,
      changed: int,
      version: int,
      created_at: int,
      updated_at: int,
      doc: json,
    },
    numbered: true,
    // What changes next is numbered after all that came.
    postgresLast: "SELECT setval('follow_change', max(changed)) FROM follow HAVING max(changed) > 0",
  },
  follow_preference: { key: ['subscriber_id'], columns: { subscriber_id: int, doc: json } },
  silence: {
    key: ['id'],
    columns: { id: int, starts_at: int, ends_at: int, created_at: int, updated_at: int, doc: json },
    numbered: true,
  },
  heartbeat: collection,
  beat: { key: ['heartbeat_id'], columns: { heartbeat_id: int, at: int, alarmed: int } },
  affinity: {
    key: ['subscriber_id'],
    columns: { subscriber_id: int, updated_at: int, weights: json, tallies: json },
  },
  rank_model: { key: ['version'], columns: { version: int, at: int, note: text, active: int, state: json } },
  rank_draft: {
    key: ['id'],
    columns: { id: int, revision: int, cursor: int, at: int, state: json },
    replaced: true,
  },
  asset: {
    key: ['id'],
    columns: {
      id: int,
      hash: text,
      name: text,
      type: text,
      bytes: int,
      width: int,
      height: int,
      created_at: int,
    },
    numbered: true,
  },
  asset_name: { key: ['name'], columns: { name: text, asset_id: int, at: int } },
  asset_piece: {
    key: ['asset_id', 'seq'],
    columns: { asset_id: int, seq: int, bytes: { kind: 'bytes' } },
  },
  presence: {
    key: ['id'],
    columns: { id: int, at: int },
    made: {
      // The target's own beat replaces both in the end: what was moved is no restored backup.
      sqlite: { beats: { kind: 'int', from: 'at', make: () => 0 } },
      postgres: { mark: { kind: 'text', from: 'at', make: () => '' } },
    },
    replaced: true,
  },
}

/** Everything that moves, in this order. */
export const tables: readonly MovedTable[] = Object.entries(all).map(([name, table]) => ({ name, ...table }))

/** What stays: written by `besides` of a table above, or about the database itself. */
export const staying = {
  sqlite: ['item_topic', 'publication_audience', 'notification_alert', 'meta'],
  postgres: ['schema_step', 'leadership'],
} as const
