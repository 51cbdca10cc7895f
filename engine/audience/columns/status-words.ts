import type { SubscriberStatus } from '../../model/subscriber.ts'

/** Words that files use for a status, in English and German, in lower case without blanks, `_` and `-`. */
const words: { readonly [word: string]: SubscriberStatus } = {
  active: 'active',
  subscribed: 'active',
  enabled: 'active',
  confirmed: 'active',
  optin: 'active',
  aktiv: 'active',
  angemeldet: 'active',
  abonniert: 'active',
  bestätigt: 'active',
  unconfirmed: 'unconfirmed',
  pending: 'unconfirmed',
  unbestätigt: 'unconfirmed',
  nichtbestätigt: 'unconfirmed',
  ausstehend: 'unconfirmed',
  paused: 'paused',
  disabled: 'paused',
  pausiert: 'paused',
  unsubscribed: 'unsubscribed',
  optout: 'unsubscribed',
  optedout: 'unsubscribed',
  blocklisted: 'unsubscribed',
  blacklisted: 'unsubscribed',
  blocked: 'unsubscribed',
  abgemeldet: 'unsubscribed',
  ausgetragen: 'unsubscribed',
  gesperrt: 'unsubscribed',
  bounced: 'bounced',
  hardbounced: 'bounced',
  hardbounce: 'bounced',
  cleaned: 'bounced',
  unzustellbar: 'bounced',
  complained: 'complained',
  complaint: 'complained',
  spam: 'complained',
  junk: 'complained',
  beschwerde: 'complained',
  erased: 'erased',
}

/** The status that a word stands for, or the word itself: the schema refuses it then, and says which there are. */
export function statusOf(cell: string): string {
  const word = cell
    .slice(0, 40)
    .toLowerCase()
    .replace(/[\s_-]+/g, '')
  return Object.hasOwn(words, word) ? words[word]! : cell
}

/** `true`, `yes`, `1`, `ja`: null for what is neither that nor the opposite. */
export function truthOf(cell: string): boolean | null {
  switch (cell.trim().toLowerCase()) {
    case 'true':
    case 'yes':
    case 'y':
    case '1':
    case 'ja':
    case 'wahr':
      return true
    case 'false':
    case 'no':
    case 'n':
    case '0':
    case 'nein':
    case 'falsch':
      return false
    default:
      return null
  }
}
