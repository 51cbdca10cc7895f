import type { Alert, Severity } from '../model/alert.ts'
import type { AlertSettings, Receiver } from '../model/alert-settings.ts'
import type { EpochMs } from '../model/ids.ts'
import type { Room } from '../model/notification.ts'
import type { NewNotification } from '../ports/alerts.ts'
import type { Decision } from './board.ts'
import type { Readers } from './readers.ts'
import { dataOf, noteOf, worst } from './wording.ts'

/** `slack/ops`. */
export function roomOf(text: string): Room {
  const slash = text.indexOf('/')
  return { channel: text.slice(0, slash), room: text.slice(slash + 1) }
}

/** Makes notifications of what the board decided: to whom, and in which words. */
export function createAudience(parts: {
  readonly settings: AlertSettings
  readonly readers: Pick<Readers, 'of'>
  readonly publicUrl: string
  /** Does a later post change the earlier one there? */
  readonly edits: (channel: string) => boolean
}) {
  const { settings, readers, publicUrl, edits } = parts

  /** Those who hear of a mere change of what they were told: where it changes the message that they have. */
  const quietly = (reason: Decision['reason']): boolean => reason === 'acknowledged' || reason === 'expired'

  async function readersOf(
    decision: Decision,
    severity: Severity,
    now: EpochMs,
    { people, lists }: Receiver,
  ) {
    const none = (!people && lists.length === 0) || quietly(decision.reason)
    return none ? { people: new Uint32Array(), held: [] } : readers.of(decision.news, severity, now, lists)
  }

  return {
    /** Null: there is nobody to tell. */
    async of(decision: Decision, now: EpochMs): Promise<NewNotification | null> {
      const { reason, firing, over, group, thread, labels, receiver } = decision
      const whom = settings.receivers[receiver]
      if (whom === undefined) return null
      const severity = worst(firing.length > 0 ? firing : over)
      const rooms = whom.rooms.map(roomOf).filter(({ channel }) => !quietly(reason) || edits(channel))
      const { people, held } = await readersOf(decision, severity, now, whom)
      if (rooms.length + people.length + held.length === 0) return null
      const telling = { reason, firing, over, groupLabels: labels, group, receiver, publicUrl }
      return {
        group,
        thread,
        reason,
        severity,
        alertIds: idsOf([...firing, ...over]),
        note: noteOf(telling),
        data: dataOf(telling),
        rooms,
        people,
        held,
        retryUntil: now + settings.retryForMs,
        createdAt: now,
        ...latestTrace(decision.news.length > 0 ? decision.news : [...firing, ...over]),
      }
    },
  }
}
export type Audience = ReturnType<typeof createAudience>

/** A link acknowledges those. */
const maxIds = 1000
/** Of those that something is told of, the report that came last. */
function latestTrace(alerts: readonly Alert[]): Pick<Alert, 'trace'> {
  let latest: Alert | null = null
  for (const alert of alerts)
    if (alert.trace !== undefined && alert.updatedAt >= (latest?.updatedAt ?? 0)) latest = alert
  return latest?.trace === undefined ? {} : { trace: latest.trace }
}

const idsOf = (alerts: readonly Alert[]) => alerts.slice(0, maxIds).map(({ id }) => id)
