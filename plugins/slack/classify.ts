import type { Outcome } from '../../engine/channel/index.ts'
import type { Refusal } from './api.ts'

/** What one of Slack's words speaks of.
 *  - `room`: of this place only, and for good.
 *  - `sender`: of us; no place is to blame.
 *  - `content`: of what was in the message.
 *  - `later`: of Slack, for now; nothing was posted.
 *  - `limited`: of too much for this place.
 *  - `maybe`: it failed, and Slack says that it may have been posted all the same. */
export type Subject = 'room' | 'sender' | 'content' | 'later' | 'limited' | 'maybe'

// The errors of chat.postMessage, chat.update and incoming webhooks: https://docs.slack.dev/reference/methods/chat.postMessage,
// .../chat.update, https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
const words: { readonly [subject in Subject]: string } = {
  room: `channel_not_found not_in_channel is_archived is_inactive channel_is_archived restricted_action
    restricted_action_read_only_channel restricted_action_thread_only_channel restricted_action_non_threadable_channel
    no_permission messages_tab_disabled user_not_found user_disabled user_is_bot cannot_dm_bot
    cannot_reply_to_message thread_not_found message_not_found cant_update_message edit_window_closed block_mismatch
    no_service no_service_id no_team team_disabled invalid_token no_active_hooks action_prohibited
    posting_to_general_channel_denied`,
  sender: `not_authed invalid_auth account_inactive token_revoked token_expired missing_scope not_allowed_token_type
    access_denied accesslimited ekm_access_denied enterprise_is_restricted org_login_required two_factor_setup_required
    team_access_not_granted team_not_found deprecated_endpoint method_deprecated unknown_method as_user_not_supported`,
  content: `invalid_blocks invalid_blocks_format msg_blocks_too_long invalid_attachments too_many_attachments msg_too_long
    no_text missing_text_or_fallback_or_attachments invalid_payload invalid_arguments invalid_arg_name invalid_array_arg
    invalid_json json_not_object invalid_charset invalid_form_data invalid_post_type missing_post_type`,
  later: `service_unavailable request_timeout team_added_to_org external_channel_migrating message_limit_exceeded`,
  limited: `ratelimited rate_limited`,
  maybe: `internal_error fatal_error update_failed rollup_error`,
}
const subjects = new Map(
  Object.entries(words).flatMap(([subject, list]) =>
    list.split(/\s+/).map((word) => [word, subject as Subject] as const),
  ),
)

/** What to do about it, where a person can. */
const advice = new Map([
  ['not_in_channel', 'Invite the bot there: /invite @its-name.'],
  ['channel_not_found', 'There is no such channel, or the bot is not in it.'],
  ['is_archived', 'The channel is archived.'],
  ['channel_is_archived', 'The channel is archived.'],
  ['no_service', 'The webhook was deleted; make a new one.'],
  ['invalid_token', 'The webhook is no longer valid; make a new one.'],
  ['action_prohibited', "The workspace's administrators do not let the webhook post there."],
  ['messages_tab_disabled', "The app's messages tab is off: App Home, Show Tabs."],
  ['invalid_auth', 'The token is not valid, or this address may not use it.'],
  ['token_revoked', 'The app was removed; install it again and take the new token.'],
  ['account_inactive', 'The app was removed; install it again and take the new token.'],
  ['missing_scope', 'The token lacks a scope: chat:write.'],
])

/** By Slack's word; by the status where it said none that is known. Null: nobody documents it. */
export function subjectOf({ error, status, of }: Refusal): Subject | null {
  const known = subjects.get(error)
  if (known !== undefined) return known
  if (status === 429) return 'limited'
  if (status === 503 || status === 408 || status === 425) return 'later'
  if (status >= 500) return 'maybe'
  // A webhook's key is its room's; the token is everybody's. Redirects are not followed.
  if (status >= 400) return of === 'webhook' ? 'room' : 'sender'
  return status >= 300 ? 'sender' : null
}

/** What became of a post that Slack refused. */
export function refused(id: number, refusal: Refusal): Outcome {
  const { error, status, retryAfterMs } = refusal
  const code = error === '' ? String(status) : error
  const what = error === '' ? `Slack answered ${status}.` : `Slack answered ${error}.`
  const detail = [what, advice.get(error)].filter((text) => text !== undefined).join(' ')
  switch (subjectOf(refusal)) {
    case 'room':
    case 'content':
      // `suppress` would speak of a mail address.
      return { id, status: 'permanent', code, detail, suppress: false }
    case 'sender':
      return { id, status: 'unsent', code, detail }
    case 'later':
      return { id, status: 'transient', code, detail, scope: 'channel', retryAfterMs }
    case 'limited':
      return {
        id,
        status: 'transient',
        code,
        detail,
        scope: 'room',
        retryAfterMs: retryAfterMs ?? defaultWaitMs,
      }
    case 'maybe':
      return { id, status: 'unknown', code, detail }
    case null:
      // A word of tomorrow: it may pass, and if not, the attempts end.
      return { id, status: 'transient', code, detail, scope: 'recipient', retryAfterMs }
  }
}

/** Messages a second and channel: https://docs.slack.dev/apis/web-api/rate-limits */
export const defaultWaitMs = 1_000
