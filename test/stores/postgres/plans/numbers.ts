import type { Client } from 'pg'
import { hourMs } from '../../../../engine/model/audience-flow.ts'
import { dayMs, dayOf, quarterMs } from '../../../../engine/model/rollup.ts'
import { classCodes, dimensionCodes, typeCodes } from '../../../../stores/rules/rollup.ts'

export const domainsOf = (people: number): number => people / 20
const days = 14

/** Numbers as they would be of a crowd's publications 1 to 12, two days from one to the next: sent to a domain for each 20 people
 *  within a day, opened by fewer of them each day after; clicks of 40 topics and 60 links; and who did what. */
export async function fillNumbers(client: Client, people: number, start: number): Promise<void> {
  const first = dayOf(start)
  const { all, domain, topic, link } = dimensionCodes
  const { sent, opened, clicked } = typeCodes
  const { human, proxy } = classCodes
  const ofAll = (table: string, key: string, number: string) => `
    INSERT INTO ${table} (publication_id, ${key}, ${number})
    SELECT 0, ${key}, sum(${number}) FROM ${table} GROUP BY ${key};`
  await client.query(`
    INSERT INTO rollup_count (publication_id, dimension, day, value, type, class, n)
    SELECT p, ${domain}, ${first} + 2 * p, 'd' || d || '.example', ${sent}, 0, 1 + ${people / 10} / (d + 10)
    FROM generate_series(1, 12) p, generate_series(1, ${domainsOf(people)}) d;
    INSERT INTO rollup_count (publication_id, dimension, day, value, type, class, n)
    SELECT p, ${domain}, ${first} + 2 * p + k, 'd' || d || '.example', ${opened}, by, 1 + ${people / 10} / (d + 10) / (k + 2)
    FROM generate_series(1, 12) p, generate_series(0, ${days - 1}) k, unnest(ARRAY[${human}, ${proxy}]) by,
      generate_series(1, ${domainsOf(people)} / (k + 1) / 2) d;
    INSERT INTO rollup_count (publication_id, dimension, day, value, type, class, n)
    SELECT p, what.dimension, ${first} + 2 * p + k, what.prefix || v, ${clicked}, ${human}, v
    FROM generate_series(1, 12) p, generate_series(0, ${days - 1}) k,
      (VALUES (${topic}, 'topic', 40), (${link}, '', 60)) what (dimension, prefix, values), generate_series(1, what.values) v;
    INSERT INTO rollup_count (publication_id, dimension, day, value, type, class, n)
    SELECT publication_id, ${all}, day, '', type, class, sum(n)
    FROM rollup_count WHERE dimension = ${domain} GROUP BY publication_id, day, type, class;
    ${ofAll('rollup_count', 'dimension, day, value, type, class', 'n')}

    INSERT INTO rollup_domain (publication_id, domain, sent)
    SELECT publication_id, value, sum(n) FROM rollup_count
    WHERE dimension = ${domain} AND type = ${sent} GROUP BY publication_id, value;

    INSERT INTO rollup_people (publication_id, dimension, value, type, class, people)
    SELECT publication_id, dimension, value, type, by, max(n)
    FROM rollup_count, unnest(ARRAY[${human}, ${classCodes.people}, ${classCodes.all}]) by
    WHERE publication_id > 0 AND type <> ${sent} AND class = ${human} GROUP BY publication_id, dimension, value, type, by;

    INSERT INTO rollup_quarter (publication_id, quarter, type, class, n)
    SELECT p, ${start / quarterMs} + p * 192 + q, type, ${human}, 5
    FROM generate_series(1, 12) p, generate_series(0, ${(days * dayMs) / quarterMs - 1}) q,
      unnest(ARRAY[${opened}, ${clicked}]) type;
    ${ofAll('rollup_quarter', 'quarter, type, class', 'n')}

    INSERT INTO touch (publication_id, subscriber_id, counts)
    SELECT publication_id, subscriber_id, '{0,1}' FROM event WHERE type = 'opened';
    INSERT INTO score (subscriber_id, log2) SELECT DISTINCT subscriber_id, 680.0 + subscriber_id % 99 / 10.0 FROM touch;
    INSERT INTO score_bin (bin, people) SELECT floor(log2 * 4), count(*) FROM score GROUP BY 1;
    INSERT INTO active_month (month, subscriber_id, n) SELECT 202600 + publication_id, subscriber_id, 1 FROM touch;
    INSERT INTO cohort (cohort, month, people)
    SELECT 202600 + c, 202600 + m, 1000 / m FROM generate_series(1, 12) c, generate_series(1, 12) m WHERE m >= c;
    INSERT INTO audience_flow (hour, kind, from_status, to_status, n)
    SELECT ${start / hourMs} + h, 'kind' || k, 'active', 'paused', 5 FROM generate_series(1, ${365 * 24}) h, generate_series(1, 8) k;
    INSERT INTO audience_size (list_id, hour, status, people)
    SELECT l, ${start / hourMs} + h, 'status' || s, 5
    FROM generate_series(0, 3) l, generate_series(1, ${365 * 24}) h, generate_series(1, 5) s;
    INSERT INTO alert_time (hour, severity, timing, bin, alerts)
    SELECT ${start / hourMs} + h, 'warning', timing, bin, 1
    FROM generate_series(1, ${365 * 24}) h, unnest(ARRAY['started', 'accepted', 'acknowledged']) timing, generate_series(40, 44) bin;
    UPDATE rollup_cursor SET rolled_to = (SELECT max(id) - 1000 FROM event);
  `)
}
