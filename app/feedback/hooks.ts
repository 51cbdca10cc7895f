import type { Clock } from '../../engine/clock.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Log } from '../../engine/log.ts'
import { createMailgunHook } from '../hooks/mailgun.ts'
import { createPostmarkHook } from '../hooks/postmark.ts'
import { createProviderHooks, type ProviderHook, type ProviderHooks } from '../hooks/provider.ts'
import { createSendgridHook } from '../hooks/sendgrid.ts'
import { type FeedbackSettings, sendgridKey } from './settings.ts'

/** The hooks of the providers that are set up. */
export function providerHooksOf(
  { mailgun, sendgrid, postmark }: FeedbackSettings,
  parts: {
    readonly engine: Pick<Engine, 'store' | 'feedback'>
    readonly clock: Clock
    readonly log: Log
  },
): ProviderHooks {
  const key = sendgrid === null ? null : sendgridKey(sendgrid.publicKey)
  const hooks: ProviderHook[] = [
    ...(mailgun === null ? [] : [createMailgunHook(mailgun.key)]),
    ...(key === null ? [] : [createSendgridHook(key)]),
    ...(postmark === null ? [] : [createPostmarkHook(postmark)]),
  ]
  return createProviderHooks({ ...parts, hooks })
}
