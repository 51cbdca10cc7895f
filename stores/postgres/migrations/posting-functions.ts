// What is done hundreds of times a second is a function: one round trip, several statements, each of which sees what was
// committed before it.

/** Its plans are made once a connection and kept, and may be made while a table is new: everything is looked up by its key,
 *  row by row, whatever the planner believes. Settings of the function, not of the session, so that a pooler may stand in
 *  between. Planning each call for its values instead costs more than the call. */
export const keyed = ['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'jit']
  .map((name) => `SET ${name} = off`)
  .concat('SET plan_cache_mode = force_generic_plan')
  .join(' ')

/** SQL: the targets `t` as they stand now. refusal: null for who may be told. */
const standing = `
      LEFT JOIN follow f ON f.id = t.target
      LEFT JOIN subscriber s ON s.id = f.subscriber_id
      CROSS JOIN LATERAL (
        SELECT f.doc ->> 'channel' AS channel, f.doc ->> 'contact' AS contact,
          CASE WHEN s.status <> 'erased' THEN s.address END AS address
      ) way
      CROSS JOIN LATERAL (
        SELECT CASE
          WHEN t.target < 0 THEN NULL
          WHEN s.id IS NULL THEN 'gone'
          WHEN s.status <> 'active' THEN s.status
          WHEN way.contact IS NULL THEN coalesce(
            (SELECT p.reason FROM suppression p WHERE p.address = s.address),
            (SELECT p.reason FROM suppression p WHERE p.address = '@' || split_part(s.address, '@', -1))
          )
        END AS refusal
      ) standing`
const stateOf = `CASE WHEN refusal IS NULL THEN 'handing' WHEN refusal = 'gone' THEN 'skipped' ELSE 'suppressed' END`
const leased = `clock_timestamp() + lease_ms * interval '1 millisecond'`

/** SQL: the row that another one names, held. By its key alone: what is said of its state would let the planner choose an
 *  index of few rows, and go through all of it when they are many. */
const rowOf = (other: string): string => `
        SELECT q.subscriber_id, q.channel, q.place, q.state, q.attempt FROM posting q
        WHERE q.notification_id = ${other}.notification_id AND q.target = ${other}.target
        LIMIT 1
        FOR NO KEY UPDATE
      `

/** SQL: a row of `stood` that may be sent, as `TakenPosting`, with the thread's receipt. */
const taken = `json_build_object(
      'notificationId', stood.notification_id,
      'target', stood.target,
      'channel', stood.channel,
      'to', stood.place,
      'attempt', stood.attempt,
      'earlier', earlier.receipt,
      'person', CASE WHEN stood.target > 0 THEN json_build_object(
        'subscriberId', stood.subscriber_id,
        'name', stood.name,
        'language', stood.language,
        'timeZone', stood.time_zone
      ) END
    )
    FROM stood
    LEFT JOIN alert_thread earlier
      ON earlier.thread = stood.thread AND earlier.channel = stood.channel AND earlier.place = stood.place`

// No row of a person is locked: an import holds hundreds of them for its transaction, and alerts would wait for it. Somebody
// who is erased at the same moment is found out when the posting is settled.

/** Follows a row of `notification_people`. */
export const blockSize = 1000

/** Of a block's ids the nth, from 0. */
const blockId = `
  CREATE OR REPLACE FUNCTION block_id(ids bytea, nth integer) RETURNS bigint
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN get_byte(ids, nth * 4)::bigint
    + (get_byte(ids, nth * 4 + 1)::bigint << 8)
    + (get_byte(ids, nth * 4 + 2)::bigint << 16)
    + (get_byte(ids, nth * 4 + 3)::bigint << 24);
`

/** Writes the rows of targets that nobody has: each with its notification. Gives those to be sent, in this order. */
const hand = `
  CREATE OR REPLACE FUNCTION posting_hand(notifications bigint[], targets bigint[], lease_ms float8, at bigint)
  RETURNS TABLE (notification_id bigint, posting json)
  LANGUAGE plpgsql ${keyed}
  AS $$
  #variable_conflict use_column
  BEGIN
    RETURN QUERY
    WITH stood AS MATERIALIZED (
      SELECT t.nth, n.id AS notification_id, n.thread, n.severity, t.target, 1 AS attempt, f.subscriber_id, s.name,
        s.language, s.time_zone, standing.refusal, coalesce(room.channel, way.channel, '') AS channel,
        coalesce(room.place, way.contact, way.address, '') AS place
      FROM unnest(notifications, targets) WITH ORDINALITY AS t (notification_id, target, nth)
      JOIN notification n ON n.id = t.notification_id
      CROSS JOIN LATERAL (
        SELECT CASE WHEN t.target < 0 THEN n.doc -> 'rooms' -> (-1 - t.target)::integer END AS said
      ) named
      CROSS JOIN LATERAL (SELECT said ->> 'channel' AS channel, said ->> 'room' AS place) room
      ${standing}
    ), written AS (
      INSERT INTO posting (notification_id, target, channel, subscriber_id, place, severity, state, attempt, uncertain,
        lease_until, code, updated_at)
      SELECT notification_id, target, channel, subscriber_id, place, severity, ${stateOf}, attempt, 0,
        CASE WHEN refusal IS NULL THEN ${leased} END, refusal, at
      FROM stood
    )
    SELECT stood.notification_id, ${taken}
    WHERE stood.refusal IS NULL
    ORDER BY stood.nth;
  END $$;
`

/** Whoever takes from one notification waits for the others, some milliseconds each. */
const take = `
  CREATE OR REPLACE FUNCTION posting_take(notification bigint, most integer, lease_ms float8, at bigint) RETURNS json
  LANGUAGE plpgsql ${keyed}
  AS $$
  DECLARE
    n record;
    until integer;
    given bigint[];
  BEGIN
    SELECT taken, targets, rooms INTO n FROM notification WHERE id = posting_take.notification AND unfinished FOR NO KEY UPDATE;
    IF NOT FOUND THEN
      RETURN '{"postings": [], "more": false}';
    END IF;
    until := least(n.taken + most, n.targets);
    given := ARRAY(SELECT -1 - i FROM generate_series(n.taken, least(until, n.rooms) - 1) i) || ARRAY(
      SELECT block_id(slice.ids, i)
      FROM (
        SELECT p.block, substr(p.ids, bounds.first * 4 + 1, bounds.count * 4) AS ids, bounds.count
        FROM notification_people p
        CROSS JOIN LATERAL (
          SELECT greatest(n.taken - n.rooms - p.block * ${blockSize}, 0) AS first
        ) begun
        CROSS JOIN LATERAL (
          SELECT begun.first, least(until - n.rooms - p.block * ${blockSize}, ${blockSize}) - begun.first AS count
        ) bounds
        WHERE p.notification_id = posting_take.notification
          AND p.block BETWEEN greatest(n.taken - n.rooms, 0) / ${blockSize} AND (until - n.rooms - 1) / ${blockSize}
      ) slice
      CROSS JOIN generate_series(0, slice.count - 1) i
      ORDER BY slice.block, i
    );
    UPDATE notification SET taken = until WHERE id = posting_take.notification;
    RETURN json_build_object('more', until < n.targets, 'postings', (
      SELECT coalesce(json_agg(handed.posting), '[]')
      FROM posting_hand(
        array_fill(posting_take.notification, ARRAY[cardinality(given)]), given, lease_ms, at
      ) handed
    ));
  END $$;
`

const claimed = `p.notification_id, p.target, p.channel, p.place, p.subscriber_id, p.severity, p.attempt, p.code, p.detail`

/** resting: channels whose retries stay as they are, unless they have been due since before `since`. */
export const claim = `
  CREATE OR REPLACE FUNCTION posting_claim(most integer, lease_ms float8, at bigint, resting text[], since bigint)
  RETURNS SETOF json
  LANGUAGE plpgsql ${keyed}
  AS $$
  #variable_conflict use_column
  BEGIN
    RETURN QUERY
    -- A walk along an index for each severity, the next only where those before left room.
    WITH lapsed AS MATERIALIZED (
      SELECT found.*
      FROM generate_series(3, 0, -1) rank
      CROSS JOIN LATERAL (
        SELECT ${claimed}, p.uncertain + 1 AS uncertain, 'interrupted' AS lost,
          (extract(epoch FROM p.lease_until) * 1000)::bigint AS due
        FROM posting p
        WHERE p.state = 'handing' AND p.severity = rank AND p.lease_until <= (SELECT clock_timestamp())
        ORDER BY p.lease_until
        LIMIT most
        FOR UPDATE SKIP LOCKED
      ) found
      LIMIT most
    ), retried AS MATERIALIZED (
      SELECT found.*
      FROM generate_series(3, 0, -1) rank
      CROSS JOIN LATERAL (
        SELECT ${claimed}, p.uncertain, 'deadline' AS lost, p.due_at AS due
        FROM posting p
        WHERE p.state = 'retry' AND p.severity = rank AND p.due_at <= at
          AND (p.due_at < since OR p.channel <> ALL (resting))
        ORDER BY p.due_at
        LIMIT most
        FOR UPDATE SKIP LOCKED
      ) found
      LIMIT most
    ), t AS (
      SELECT * FROM (SELECT * FROM lapsed UNION ALL SELECT * FROM retried) work
      ORDER BY severity DESC, due, notification_id, target
      LIMIT most
    ), stood AS MATERIALIZED (
      SELECT t.notification_id, n.thread, t.target, t.severity, t.due, t.attempt + 1 AS attempt, t.uncertain, t.code,
        t.detail, t.lost, n.retry_until < at AS late, coalesce(f.subscriber_id, t.subscriber_id) AS subscriber_id,
        s.name, s.language, s.time_zone, standing.refusal, coalesce(way.channel, t.channel) AS channel,
        coalesce(way.contact, way.address, t.place) AS place
      FROM t
      JOIN notification n ON n.id = t.notification_id
      ${standing}
    ), written AS (
      UPDATE posting p
      SET state = CASE WHEN NOT late THEN ${stateOf} WHEN stood.uncertain > 0 THEN 'unknown' ELSE 'failed' END,
        attempt = stood.attempt - (late OR refusal IS NOT NULL)::integer,
        uncertain = stood.uncertain,
        channel = stood.channel,
        place = stood.place,
        due_at = NULL,
        lease_until = CASE WHEN NOT late AND refusal IS NULL THEN ${leased} END,
        code = CASE WHEN late THEN coalesce(stood.code, lost) ELSE refusal END,
        detail = CASE WHEN late THEN stood.detail END,
        updated_at = at
      FROM stood
      WHERE p.notification_id = stood.notification_id AND p.target = stood.target
    )
    SELECT ${taken}
    WHERE NOT late AND refusal IS NULL
    ORDER BY stood.severity DESC, stood.due, stood.notification_id, stood.target;
  END $$;
`

/** tries, doubts: what is added to a row's. Gives whose rows it changed. */
const settle = `
  CREATE OR REPLACE FUNCTION posting_settle(outcomes json, at bigint)
  RETURNS TABLE (notification_id bigint, target bigint)
  LANGUAGE plpgsql ${keyed}
  AS $$
  #variable_conflict use_column
  BEGIN
    RETURN QUERY
    WITH said AS MATERIALIZED (
      SELECT * FROM json_to_recordset(outcomes) AS o (notification_id bigint, target bigint, attempt integer,
        state text, tries integer, doubts integer, code text, detail text, due_at bigint, receipt text)
    ), held AS MATERIALIZED (
      SELECT said.*, p.channel, s.status IS NOT DISTINCT FROM 'erased' OR p.place = '' AS erased
      FROM said
      CROSS JOIN LATERAL (${rowOf('said')}) p
      LEFT JOIN subscriber s ON s.id = p.subscriber_id
      WHERE p.state = 'handing' AND p.attempt = said.attempt
    ), done AS (
      -- Of somebody who was erased meanwhile nothing is kept: what servers reply names addresses.
      UPDATE posting p
      SET state = held.state, attempt = p.attempt + held.tries, uncertain = p.uncertain + held.doubts,
        due_at = held.due_at, lease_until = NULL, code = held.code, updated_at = at,
        place = CASE WHEN held.erased AND p.target > 0 THEN '' ELSE p.place END,
        detail = CASE WHEN held.erased THEN NULL ELSE held.detail END
      FROM held
      WHERE p.notification_id = held.notification_id AND p.target = held.target
      RETURNING p.notification_id, p.target, p.channel, p.place, held.receipt
    ), kept AS (
      INSERT INTO alert_thread (thread, channel, place, receipt)
      SELECT DISTINCT ON (n.thread, done.channel, done.place) n.thread, done.channel, done.place, done.receipt
      FROM done JOIN notification n ON n.id = done.notification_id
      WHERE done.receipt IS NOT NULL AND done.place <> ''
      ORDER BY n.thread, done.channel, done.place, n.id DESC
      ON CONFLICT (thread, channel, place) DO UPDATE SET receipt = excluded.receipt
    )
    SELECT done.notification_id, done.target FROM done;
  END $$;
`

const renew = `
  CREATE OR REPLACE FUNCTION posting_renew(notifications bigint[], targets bigint[], attempts integer[], lease_ms float8)
  RETURNS void
  LANGUAGE plpgsql ${keyed}
  AS $$
  BEGIN
    UPDATE posting p SET lease_until = ${leased}
    FROM unnest(notifications, targets, attempts) AS r (notification_id, target, attempt)
    CROSS JOIN LATERAL (${rowOf('r')}) held
    WHERE p.notification_id = r.notification_id AND p.target = r.target
      AND held.state = 'handing' AND held.attempt = r.attempt;
  END $$;
`

export const postingFunctions = [blockId, hand, take, claim, renew, settle].join('\n')
