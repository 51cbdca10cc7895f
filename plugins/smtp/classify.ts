import type { Outcome } from '../../engine/channel/index.ts'
import type { SmtpFault } from './faults.ts'
import { codeOf, enhancedOf, maxDetail, type Reply, textOf } from './replies.ts'

// RFC 3463 and the IANA registry: codes that speak of the mailbox itself. Policy (5.7.x), content (5.6.x),
// size (5.2.3, 5.3.4) and full mailboxes (5.2.2) say nothing against the address.
const badMailbox = new Set(['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.2.1'])
// Servers without enhanced codes: RFC 5321 uses 550 for "mailbox unavailable" and for policy alike, so the
// words decide. 551: user not local. 553: mailbox name not allowed.
const unknownUser =
  /\b(?:(?:user|recipient|mailbox|address|account)\b.{0,60}?\b(?:unknown|not found|invalid|disabled|unavailable|rejected: undeliverable)|(?:unknown|invalid|no such|bad|non-?existent|disabled|inactive)\b.{0,30}?\b(?:user|recipient|mailbox|address|account|person)|(?:does not|doesn't|not) exist|not (?:a )?(?:known|valid|local) (?:user|mailbox|recipient)|no mailbox (?:here|by that name))/i
const policy =
  /\b(?:spam|block(?:ed|list)?|blacklist|polic(?:y|ies)|reputation|relay|dnsbl|rbl|spf|dkim|dmarc)\b/i

/** Does this 5xx say that the address is bad for everyone, for ever? */
export function isBadMailbox(reply: Reply): boolean {
  const enhanced = enhancedOf(reply)
  if (enhanced !== null) return badMailbox.has(enhanced)
  if (reply.code !== 550 && reply.code !== 551 && reply.code !== 553) return false
  const text = textOf(reply)
  return unknownUser.test(text) && !policy.test(text)
}

export const sent = (id: number, reply: Reply): Outcome => ({
  id,
  status: 'sent',
  code: codeOf(reply),
  detail: textOf(reply),
})

/** A negative reply to MAIL. It speaks of us or of the server, never of the recipient, save for the size. */
export function mailRefused(id: number, reply: Reply): Outcome {
  if (reply.code < 500) return transient(id, reply, 'channel')
  if (reply.code === 552 || enhancedOf(reply) === '5.3.4' || enhancedOf(reply) === '5.2.3') {
    return { id, status: 'permanent', code: codeOf(reply), detail: textOf(reply), suppress: false }
  }
  return {
    id,
    status: 'unsent',
    code: codeOf(reply),
    detail: `The server refused the sender: ${textOf(reply)}`.slice(0, maxDetail),
  }
}

/** A negative reply to RCPT, to DATA or to the final dot. A 421 there ends the connection and says nothing of the recipient,
 *  unless with 4.7.x it is how their provider says "too fast" (Gmail: 421 4.7.28). */
export function letterRefused(id: number, reply: Reply): Outcome {
  if (reply.code < 500) {
    const ours = reply.code === 421 && enhancedOf(reply)?.startsWith('4.7.') !== true
    return transient(id, reply, ours ? 'channel' : 'recipient')
  }
  return {
    id,
    status: 'permanent',
    code: codeOf(reply),
    detail: textOf(reply),
    suppress: isBadMailbox(reply),
  }
}

const transient = (id: number, reply: Reply, scope: 'recipient' | 'channel'): Outcome => ({
  id,
  status: 'transient',
  code: codeOf(reply),
  detail: textOf(reply),
  scope,
  retryAfterMs: null,
})

/** Refused by ourselves: this server could not take the letter as it is. */
export const impossible = (id: number, code: string, detail: string): Outcome => ({
  id,
  status: 'permanent',
  code,
  detail,
  suppress: false,
})

/** The connection failed. `dotLeft`: the whole letter with its final dot was handed to the system. */
export function interrupted(id: number, fault: SmtpFault, dotLeft: boolean): Outcome {
  const detail = fault.message.slice(0, maxDetail)
  return dotLeft
    ? { id, status: 'unknown', code: fault.kind, detail }
    : { id, status: 'unsent', code: fault.kind, detail }
}
