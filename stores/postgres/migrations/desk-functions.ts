import { keyed } from './posting-functions.ts'

// Nothing of a call is kept where something is not as its caller read it: it raises this SQLSTATE then, or unique_violation
// where another node was quicker to make it. Known to database/failure.ts.
const moved = "RAISE SQLSTATE 'U0409'"

/** SQL: the rows of a parameter, under its name. */
const list = (name: string, columns: string): string => `json_to_recordset(${name}) AS ${name} (${columns})`
/** After a statement that was to find all rows of a list. */
const allOf = (name: string): string => `GET DIAGNOSTICS found = ROW_COUNT;
      IF found <> json_array_length(${name}) THEN ${moved}; END IF;`

const columns = 'key, state, severity, topic, version, heard, ended_at, doc'
const words = `key text, state text, severity text, topic text, version integer, heard integer, ended_at bigint, doc json`
const fresh = list('fresh', words)

/** Take these alerts until the end. By id, so that nobody who does the same waits for good. */
const hold = (ids: string): string =>
  `PERFORM FROM alert a WHERE a.id IN (${ids}) ORDER BY a.id FOR NO KEY UPDATE;`
const idsIn = (list: string): string => `SELECT r.id FROM json_to_recordset(${list}) AS r (id bigint)`
/** Alerts that are held, if they are at the version `before`. */
const rewrite = (list: string): string => `UPDATE alert a
      SET state = r.state, severity = r.severity, topic = r.topic, version = r.version, heard = r.heard,
        ended_at = r.ended_at, doc = r.doc
      FROM json_to_recordset(${list}) AS r (id bigint, before integer, ${words})
      WHERE a.id = r.id AND a.version = r.before;
      ${allOf(list)}`

/** What reports made of alerts: of those that were known at the version `before`, and of new ones, whose ids it gives, in their
 *  order. */
const write = `
  CREATE OR REPLACE FUNCTION alert_write(known json, fresh json) RETURNS bigint[]
  LANGUAGE plpgsql ${keyed}
  AS $$
  DECLARE
    found bigint;
    ids bigint[];
  BEGIN
    -- First, so that a key is free for the next alert of it.
    IF known IS NOT NULL THEN
      ${hold(idsIn('known'))}
      ${rewrite('known')}
    END IF;
    IF fresh IS NOT NULL THEN
      -- Numbered as they come, written by key, so that nobody waits in a circle.
      WITH numbered AS MATERIALIZED (
        SELECT nextval('alert_id_seq') AS id, ${columns} FROM ${fresh}
      ), written AS (
        INSERT INTO alert (id, ${columns}) SELECT id, ${columns} FROM numbered ORDER BY key, id
      )
      SELECT array_agg(id ORDER BY id) INTO ids FROM numbered;
    END IF;
    RETURN coalesce(ids, '{}');
  END $$;
`

const hearings = list('hearings', 'id bigint, version integer')
const made = list('made', 'key text, value json')
const changed = list('changed', 'key text, version integer, value json')
const removed = list('removed', 'key text, version integer')
const digested = list('digested', 'notification_id bigint, target bigint')
const people = list('people', 'nth integer, block integer, first integer, count integer')
const held = list('held', 'nth integer, first integer, count integer, due_at bigint, code text')
const notificationColumns = `group_key, thread, severity, created_at, retry_until, audience, taken, targets, rooms, doc`
const notifications = `json_to_recordset(notifications) AS (group_key text, thread text, severity smallint, created_at bigint,
        retry_until bigint, audience integer, taken integer, targets integer, rooms integer, doc json)`

/** All that a desk decided, null where it is nothing; `made`, `changed` and `removed` are groups. `ids`: the follows of `people` and of held postings,
 *  packed; both say where theirs begin in it, and the nth notification, from 1, that they are of, as `nths` do of the
 *  `targets` that are handed over now. Gives the notifications' ids and those postings. */
const commit = `
  CREATE OR REPLACE FUNCTION desk_commit(hearings json, moves json, made json, changed json, removed json,
    digested json, notifications json, people json, held json, nths bigint[], targets bigint[], ids bytea, lease_ms float8,
    at bigint) RETURNS json
  LANGUAGE plpgsql ${keyed}
  AS $$
  #variable_conflict use_column
  DECLARE
    found bigint;
    told bigint[];
    given json;
  BEGIN
    IF hearings IS NOT NULL OR moves IS NOT NULL THEN
      ${hold(`${idsIn('hearings')} UNION ALL ${idsIn('moves')}`)}
    END IF;
    IF hearings IS NOT NULL THEN
      UPDATE alert a SET heard = a.version FROM ${hearings} WHERE a.id = hearings.id AND a.version = hearings.version;
    END IF;
    IF moves IS NOT NULL THEN
      ${rewrite('moves')}
    END IF;
    IF removed IS NOT NULL THEN
      DELETE FROM alert_group g USING ${removed} WHERE g.key = removed.key AND g.version = removed.version;
      ${allOf('removed')}
    END IF;
    IF changed IS NOT NULL THEN
      UPDATE alert_group g SET version = g.version + 1, value = changed.value
      FROM ${changed} WHERE g.key = changed.key AND g.version = changed.version;
      ${allOf('changed')}
    END IF;
    IF made IS NOT NULL THEN
      INSERT INTO alert_group (key, version, value) SELECT made.key, 1, made.value FROM ${made} ORDER BY made.key;
    END IF;
    IF digested IS NOT NULL THEN
      UPDATE posting p SET state = 'skipped', code = 'digest', due_at = NULL, updated_at = at
      FROM ${digested}
      WHERE p.notification_id = digested.notification_id AND p.target = digested.target AND p.state = 'held';
      ${allOf('digested')}
    END IF;
    IF notifications IS NOT NULL THEN
      told := ARRAY(SELECT nextval('notification_id_seq') FROM generate_series(1, json_array_length(notifications)));
      INSERT INTO notification (id, ${notificationColumns})
      SELECT told[n.nth], ${notificationColumns}
      FROM ROWS FROM (${notifications}) WITH ORDINALITY AS n (${notificationColumns}, nth);
    END IF;
    IF people IS NOT NULL THEN
      INSERT INTO notification_people (notification_id, block, ids)
      SELECT told[people.nth], people.block, substr(ids, people.first * 4 + 1, people.count * 4)
      FROM ${people};
    END IF;
    IF held IS NOT NULL THEN
      INSERT INTO posting (notification_id, target, channel, subscriber_id, place, severity, state, attempt, uncertain,
        due_at, code, updated_at)
      SELECT h.id, h.target, coalesce(f.doc ->> 'channel', ''), f.subscriber_id, '', h.severity, 'held', 0, 0, h.due_at,
        h.code, at
      FROM (
        SELECT n.id, n.severity, block_id(ids, held.first + i) AS target, held.due_at, held.code
        FROM ${held}
        JOIN notification n ON n.id = told[held.nth]
        CROSS JOIN generate_series(0, held.count - 1) i
      ) h
      LEFT JOIN follow f ON f.id = h.target;
    END IF;
    IF cardinality(targets) > 0 THEN
      SELECT json_agg(handed.posting) INTO given
      FROM posting_hand(
        ARRAY(SELECT told[nth] FROM unnest(nths) nth), targets, lease_ms, at
      ) handed;
    END IF;
    RETURN json_build_object('ids', coalesce(told, '{}'), 'postings', coalesce(given, '[]'));
  END $$;
`

export const deskFunctions = [write, commit].join('\n')
