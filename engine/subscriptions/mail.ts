import type { NoticeActor } from '../actors/notices.ts'
import type { Clock } from '../clock.ts'
import type { EngineConfig } from '../config.ts'
import type { ListId, SubscriberId } from '../model/ids.ts'
import type { NoticeKind } from '../model/notice.ts'
import type { NewNotice } from '../ports/notices.ts'
import type { Store } from '../ports/store.ts'

const dayMs = 86_400_000
/** A mail with the link to one's own page is not worth sending later than this. */
const manageMs = dayMs

/** The mails that people cause by what they say: confirmations, and links to their own page. */
export interface SubscriptionMail {
  /** How long a confirmation may wait for its answer. */
  readonly confirmMs: number
  /** Does this address get one more mail of that kind today? */
  mayMail(id: SubscriberId, kind: NoticeKind): Promise<boolean>
  /** A confirmation of these lists, and of what still waits for one. */
  confirmation(
    id: SubscriberId,
    lists: readonly ListId[],
    fields: NewNotice['fields'],
    mailNow: boolean,
  ): Promise<NewNotice>
  /** The link to their own page, unless they had enough of those today. */
  mailManage(id: SubscriberId): Promise<void>
}

export function createSubscriptionMail(parts: {
  readonly settings: EngineConfig['subscriptions']
  readonly store: Pick<Store, 'buckets' | 'notices'>
  readonly notices: Pick<NoticeActor, 'kick'>
  readonly clock: Clock
}): SubscriptionMail {
  const { settings, store, notices, clock } = parts
  const confirmMs = settings.confirmDays * dayMs

  async function mayMail(id: SubscriberId, kind: NoticeKind): Promise<boolean> {
    const { mailsPerDay } = settings
    const bucket = {
      key: `notice:${kind}:${id}`,
      perSecond: mailsPerDay / 86_400,
      burst: mailsPerDay,
      want: 1,
    }
    const [grant] = await store.buckets.take([bucket], clock.now())
    return grant !== undefined && grant.granted > 0
  }

  async function confirmation(
    id: SubscriberId,
    lists: readonly ListId[],
    fields: NewNotice['fields'],
    mailNow: boolean,
  ): Promise<NewNotice> {
    const now = clock.now()
    const known = await store.notices.get(id, 'confirm')
    const waits = known !== null && known.state !== 'lapsed' && known.expiresAt > now
    return {
      subscriberId: id,
      kind: 'confirm',
      askedAt: now,
      expiresAt: now + confirmMs,
      // Over the limit of a day: it is said with the next reminder.
      dueAt: mailNow ? now : now + settings.reminderDays * dayMs,
      lists: waits ? [...new Set([...known.lists, ...lists])] : lists,
      fields: waits ? { ...known.fields, ...fields } : fields,
    }
  }

  async function mailManage(id: SubscriberId): Promise<void> {
    if (!(await mayMail(id, 'manage'))) return
    const now = clock.now()
    const series = { askedAt: now, expiresAt: now + manageMs, dueAt: now, lists: [], fields: {} }
    await store.notices.put({ subscriberId: id, kind: 'manage', ...series })
    notices.kick()
  }

  return { confirmMs, mayMail, confirmation, mailManage }
}
