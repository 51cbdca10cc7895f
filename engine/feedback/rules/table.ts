import type { BounceRule } from '../../model/bounce-rule.ts'
import {
  access,
  authentication,
  full,
  letter,
  noDomain,
  noMailbox,
  passing,
  reputation,
  switchedOff,
} from './phrases.ts'

// Words come before codes: servers give one code to many things (RFC 5321 has 550 for a mailbox that is not there and for
// policy alike, and Exchange 5.7.1 for nearly all), and say in words which one it is. The order of the groups decides where
// an answer holds words of two.

/** Sources: what the providers document, and what their servers and the common programs answer.
 *  - Gmail: "SMTP errors and codes", support.google.com/a/answer/3726730
 *  - Outlook.com: postmaster.live.com/pm/troubleshooting; Exchange Online: "Email non-delivery reports" (learn.microsoft.com)
 *  - Yahoo: senders.yahooinc.com/smtp-error-codes; GMX and WEB.DE: postmaster.gmx.net/de/fehlermeldungen
 *  - RFC 3463 and the IANA registry of enhanced status codes; RFC 7372 (authentication), RFC 7505 (null MX) */
export const builtInRules: readonly BounceRule[] = [
  {
    name: 'mailbox full',
    text: full,
    class: 'full',
  },
  {
    // Before the filters: "blocked because the sender is unauthenticated" is ours to mend.
    name: 'authentication of the sender',
    text: authentication,
    class: 'policy',
  },
  {
    // Before the mailbox words: "blocked ... user unknown" lists are told with both.
    name: 'reputation or spam filter',
    text: reputation,
    class: 'block',
  },
  {
    name: 'the letter itself',
    text: letter,
    class: 'policy',
  },
  {
    name: 'no such mailbox',
    text: noMailbox,
    class: 'hard',
  },
  {
    name: 'mailbox switched off',
    text: switchedOff,
    class: 'hard',
  },
  {
    name: 'name service, for now',
    text: ['host not found, try again', 'temporary failure in name resolution', 'dns timeout', 'servfail'],
    class: 'soft',
  },
  {
    name: 'no such domain',
    text: noDomain,
    class: 'hard',
  },
  {
    // After the mailbox: filters have "spam" in their hosts' names, and tell of unknown users, too.
    name: 'spam, or blocked',
    text: ['spam', 'blocked', 'bulk email', 'bulk mail', 'mass mailer'],
    class: 'block',
  },
  {
    name: 'relay and access',
    text: access,
    class: 'policy',
  },
  {
    name: 'trouble on the way',
    text: passing,
    class: 'soft',
  },
  { name: 'status: full', status: ['5.2.2', '4.2.2'], class: 'full' },
  { name: 'status: full system', status: ['4.3.1', '5.3.1'], class: 'soft' },
  {
    name: 'status: mailbox',
    status: ['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.2.1'],
    class: 'hard',
  },
  { name: 'status: sender', status: ['5.1.7', '5.1.8', '4.1.7', '4.1.8'], class: 'policy' },
  { name: 'status: size and content', status: ['*.2.3', '*.3.4', '5.6.*'], class: 'policy' },
  // RFC 7372: 20 to 29 are about authentication.
  { name: 'status: throttled', status: ['4.7.*'], class: 'block' },
  { name: 'status: policy', status: ['5.7.*'], class: 'policy' },
  { name: 'status: no route', status: ['5.4.4'], class: 'hard' },
  { name: 'status: anything that passes', status: ['4.*.*', '5.4.*', '5.3.*', '5.2.*'], class: 'soft' },
  { name: 'reply: not local', smtp: ['551'], class: 'hard' },
  { name: 'reply: not allowed', smtp: ['553'], class: 'policy' },
  { name: 'reply: full', smtp: ['452', '552'], class: 'full' },
  { name: 'reply: anything that passes', smtp: ['4xx'], class: 'soft' },
]
