import type { FollowPreferences } from '../../../engine/model/follow.ts'
import type { FollowPreferenceStore, PersonPreferences } from '../../../engine/ports/follows.ts'
import { plainPreferences } from '../../rules/follow.ts'
import { pageOf } from '../../rules/page.ts'
import { noSuch } from '../../rules/refusals.ts'
import type { Database } from '../database/sql.ts'
import { holdPerson } from '../people/subscriber-rows.ts'
import { changing } from './follow-rows.ts'

const persons = `SELECT p.subscriber_id AS "subscriberId", s.time_zone AS "timeZone", p.doc AS preferences
  FROM follow_preference p JOIN subscriber s ON s.id = p.subscriber_id`

export function createFollowPreferences(db: Database): FollowPreferenceStore {
  return {
    async get(subscriberId) {
      const row = await db.one<{ doc: FollowPreferences }>(
        'SELECT doc FROM follow_preference WHERE subscriber_id = $1',
        [subscriberId],
      )
      return row?.doc ?? plainPreferences
    },
    set(subscriberId, preferences) {
      return db.tx(async (tx) => {
        const person = await holdPerson(tx, subscriberId)
        if (person === null || person.status === 'erased') throw noSuch('subscriber', subscriberId)
        await tx.run(
          `INSERT INTO follow_preference (subscriber_id, doc) VALUES ($1, $2)
           ON CONFLICT (subscriber_id) DO UPDATE SET doc = excluded.doc`,
          [subscriberId, JSON.stringify(preferences)],
        )
        await tx.run(changing('doc = f.doc', 'f.subscriber_id = $1'), [subscriberId])
      })
    },
    async page({ after, limit }) {
      const rows = await db.all<PersonPreferences>(
        `${persons} WHERE p.subscriber_id > $1 ORDER BY p.subscriber_id LIMIT $2`,
        [after, limit + 1],
      )
      return pageOf(rows, limit, ({ subscriberId }) => subscriberId)
    },
    of(subscriberIds) {
      return db.all<PersonPreferences>(
        `${persons} WHERE p.subscriber_id = ANY($1) ORDER BY p.subscriber_id`,
        [subscriberIds],
      )
    },
  }
}
