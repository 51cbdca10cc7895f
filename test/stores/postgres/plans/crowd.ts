import { Client } from 'pg'
import { silentLog } from '../../../../engine/log.ts'
import { connect } from '../../../../stores/postgres/database/connect.ts'
import { ensurePartitions } from '../../../../stores/postgres/database/partitions.ts'
import { fillNumbers } from './numbers.ts'

/** January 2026, UTC. */
export const crowdStart = Date.UTC(2026, 0)
const months = 12
const dayMs = 86_400_000

/** What the crowd has: lists 1 (everyone), 2 (one in ten) and 3 (one in 5,000); a publication a month, 1 to 12, of which the
 *  last is running, each to one in ten of them, and what became of that; 2,000 others that are long finished. Of 5,000
 *  people each, one has the topic `opera` and one the country `LI`. One in ten follows alerts. Of alerts there are a tenth as
 *  many as people, one in 100 of them open and one in 1,000 unheard; each was told to 5 people in a row and is in another
 *  group, one in 1,000 of those postings waits for a retry, one for a digest. What is
 *  read is counted (numbers.ts). */
export async function fillCrowd(url: string, people: number): Promise<void> {
  const made = connect({ url, connections: 1, log: silentLog })
  await ensurePartitions(made.db, crowdStart, months - 1)
  await made.close()
  const client = new Client(url)
  await client.connect()
  await client.query(`
    INSERT INTO list (name, version, created_at, updated_at, doc)
    SELECT 'list' || n, 1, 0, 0, '{"title":"L","description":""}' FROM generate_series(1, 3) n;

    INSERT INTO subscriber (address, status, name, folded_name, language, created_at, updated_at, topics, attributes, folded)
    SELECT 'person' || n || '@example.' || CASE WHEN n % 3 = 0 THEN 'org' ELSE 'com' END,
      CASE WHEN n % 10 = 7 THEN 'unsubscribed' ELSE 'active' END,
      'Person ' || n, 'person ' || n, CASE WHEN n % 5 = 0 THEN 'de-AT' ELSE 'en' END,
      ${crowdStart} - (1 - n / ${people}.0) * ${730 * dayMs}, ${crowdStart},
      jsonb_build_object('news', (n * 31 % 100) / 100.0, 'sport' || n % 50, (n * 17 % 1000) / 1000.0)
        || CASE WHEN n % 5000 = 1 THEN '{"opera":0.9}' ELSE '{}' END::jsonb,
      d.attributes, lower(d.attributes::text)::jsonb
    FROM generate_series(1, ${people}::bigint) n
    CROSS JOIN LATERAL (
      SELECT jsonb_build_object(
        'country', CASE WHEN n % 5000 = 2 THEN 'LI' ELSE (ARRAY['DE', 'AT', 'CH', 'FR', 'US', 'GB', 'ES', 'IT'])[1 + n * 7919 % 8] END,
        'plan', n % 4, 'number', n
      ) AS attributes
    ) d;

    INSERT INTO membership (list_id, subscriber_id, status, at)
    SELECT l.id, s.id, CASE WHEN s.id % 20 = 3 THEN 'unsubscribed' ELSE 'active' END, ${crowdStart}
    FROM (VALUES (1, 1), (2, 10), (3, 5000)) l (id, one_in)
    JOIN subscriber s ON s.id % l.one_in = 0;

    INSERT INTO campaign (name, state, version, created_at, updated_at, input)
    SELECT 'campaign' || n, 'finished', 1, 0, 0, '{}' FROM generate_series(1, ${months}) n;

    INSERT INTO publication (campaign_id, month, state, created_at, channel, uncertain, list_ids, exclude_ids, spec)
    SELECT least(n, ${months}), CASE WHEN n <= ${months} THEN 202600 + n ELSE 202501 END,
      CASE WHEN n = ${months} THEN 'running' ELSE 'finished' END, ${crowdStart}, 'smtp', 'hold', '{1}', '{}', '{}'
    FROM generate_series(1, ${months} + 2000) n;

    INSERT INTO delivery (month, chunk, publication_id, subscriber_id, updated_at, attempt, uncertain, channel, state, noted)
    SELECT p.month, 0, p.id, s.id, ${crowdStart}, 1, 0, 'smtp',
      CASE WHEN s.id % 1000 = 5 THEN 'failed' ELSE 'sent' END, CASE WHEN s.id % 1000 = 5 THEN 'failed' END
    FROM publication p
    JOIN subscriber s ON s.id % 10 = p.id % 10
    WHERE p.id <= ${months};

    INSERT INTO event (publication_id, subscriber_id, channel, type, at)
    SELECT d.publication_id, d.subscriber_id, 'smtp', t.type, ${crowdStart} + (d.publication_id - 1) * ${31 * dayMs}
    FROM delivery d
    JOIN (VALUES ('sent', 1), ('opened', 3)) t (type, one_in) ON d.subscriber_id % t.one_in = 0
    WHERE d.state = 'sent';

    INSERT INTO subscription (subscriber_id, tracking)
    SELECT s.id, 'granted' FROM subscriber s WHERE s.id % 4 = 0;

    INSERT INTO affinity (subscriber_id, updated_at, weights, tallies)
    SELECT s.id, ${crowdStart}, '{}', '{}' FROM subscriber s WHERE s.id % 2 = 0;
  `)
  await fillAlerts(client, people)
  await fillNumbers(client, people, crowdStart)
  await client.query('VACUUM ANALYZE')
  await client.end()
}

async function fillAlerts(client: Client, people: number): Promise<void> {
  const alerts = people / 10
  await client.query(`
    INSERT INTO follow (subscriber_id, changed, version, created_at, updated_at, doc)
    SELECT s.id, nextval('follow_change'), 1, 0, 0, '{"channel":"smtp","contact":null,"topics":[],"minSeverity":"info","filter":[]}'
    FROM subscriber s WHERE s.id % 10 = 0;

    INSERT INTO alert (key, state, severity, version, heard, ended_at, doc)
    SELECT 'key' || n % ${alerts / 10}, 'resolved', 'warning', 2, CASE WHEN n % 1000 = 7 THEN 1 ELSE 2 END, ${crowdStart} + n, '{}'
    FROM generate_series(1, ${alerts}) n;
    INSERT INTO alert (key, state, severity, version, heard, doc)
    SELECT 'open' || n, 'firing', 'warning', 1, 1, '{}' FROM generate_series(1, ${alerts / 100}) n;

    INSERT INTO notification (group_key, thread, severity, created_at, retry_until, audience, taken, targets, rooms, doc)
    SELECT 'group' || n, 'thread' || n, 1, ${crowdStart} + n, 0, 5, CASE WHEN n % 1000 = 9 THEN 4 ELSE 5 END, 5, 0,
      json_build_object('alertIds', json_build_array(n))
    FROM generate_series(1, ${alerts}) n;

    INSERT INTO posting (notification_id, target, subscriber_id, due_at, updated_at, attempt, uncertain, severity, state, channel, place)
    SELECT n.id, f.id, f.subscriber_id, CASE WHEN w.state <> 'sent' THEN ${crowdStart} + n.id END, 0, 1, 0, 1, w.state, 'smtp', ''
    FROM notification n
    CROSS JOIN generate_series(0, 4) i
    JOIN follow f ON f.id = 1 + (n.id * 5 + i) % ${people / 10}
    CROSS JOIN LATERAL (
      SELECT CASE (n.id * 5 + i) % 1000 WHEN 3 THEN 'retry' WHEN 4 THEN 'held' ELSE 'sent' END AS state
    ) w;
  `)
}
