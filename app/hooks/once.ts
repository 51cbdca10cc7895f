import type { Clock } from '../../engine/clock.ts'
import { BroadsheetError } from '../../engine/errors.ts'
import type { ReplyStore } from '../../engine/ports/replies.ts'

// Of one that was killed meanwhile: then it may be taken up again.
const claimMs = 2 * 60_000

/** Works a message once, however often and by whichever node it is heard; one whose work failed may come again. */
export type Once = (
  message: { readonly key: string; readonly keepMs: number },
  work: () => Promise<void>,
) => Promise<void>

/** Refuses with E_STORE_BUSY a message that is being worked: whoever sent it sends it again. */
export const createOnce =
  (replies: ReplyStore, clock: Clock): Once =>
  async ({ key, keepMs }, work) => {
    const now = clock.now()
    const claim = await replies.claim({ key, fingerprint: key, now, expiresAt: now + claimMs })
    if (claim.status === 'done') return
    if (claim.status !== 'new')
      throw new BroadsheetError('E_STORE_BUSY', 'This message is being worked just now.')
    try {
      await work()
    } catch (error) {
      await replies.drop(key)
      throw error
    }
    await replies.save(key, { status: 204, body: '' }, clock.now() + keepMs)
  }
