import type { Heartbeat } from '../../../engine/model/heartbeat.ts'
import type { AlertPorts } from '../../../engine/ports/store.ts'
import { createCollection } from '../collection.ts'
import type { Database } from '../database/sql.ts'
import { createAlerts } from './alerts.ts'
import { createBeats } from './beats.ts'
import { createDesk } from './desk.ts'
import { createFollowPreferences } from './follow-preferences.ts'
import { createFollows } from './follows.ts'
import { createNotifications } from './notifications.ts'
import { createPostings } from './postings.ts'
import { createSilences } from './silences.ts'

export const createAlertPorts = (db: Database): AlertPorts => ({
  alerts: createAlerts(db),
  desk: createDesk(db),
  postings: createPostings(db),
  notifications: createNotifications(db),
  follows: createFollows(db),
  followPreferences: createFollowPreferences(db),
  silences: createSilences(db),
  heartbeats: createCollection<Heartbeat>(db, 'heartbeat', (tx, id) =>
    tx.run('DELETE FROM beat WHERE heartbeat_id = $1', [id]),
  ),
  beats: createBeats(db),
})
