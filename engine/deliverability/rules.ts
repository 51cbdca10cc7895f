/** Who asks for it. */
export interface RuleSource {
  readonly name: string
  readonly url: string
}

export interface Rule {
  /** In a few words, for the head of a line. */
  readonly title: string
  readonly source: RuleSource
  /** Of a trait that content filters count: how much it is likely to weigh, 1 to 3. Each filter has figures of its own, and
   *  none is published. */
  readonly weight?: 1 | 2 | 3
}

const rfc = (number: number, section = ''): RuleSource => ({
  name: `RFC ${number}${section === '' ? '' : `, ${section}`}`,
  url: `https://www.rfc-editor.org/rfc/rfc${number}`,
})
const gmail: RuleSource = {
  name: 'Gmail sender guidelines, 5,000 or more a day',
  url: 'https://support.google.com/a/answer/81126',
}
const yahoo: RuleSource = {
  name: 'Yahoo sender best practices',
  url: 'https://senders.yahooinc.com/best-practices/',
}
const microsoft: RuleSource = {
  name: 'Outlook requirements for high-volume senders',
  url: 'https://techcommunity.microsoft.com/blog/microsoftdefenderforoffice365blog/-/4399730',
}
const canSpam: RuleSource = {
  name: 'CAN-SPAM Act, 15 U.S.C. 7704(a)(5)',
  url: 'https://www.ftc.gov/business-guidance/resources/can-spam-act-compliance-guide-business',
}
const spamAssassin: RuleSource = {
  name: 'SpamAssassin, which has such a rule',
  url: 'https://spamassassin.apache.org/',
}

/** All that is looked at before bulk mail, by the id that `preflight.ignore` names. */
export const preflightRules = {
  'spf.record': { title: 'SPF record', source: gmail },
  'spf.sender': { title: 'SPF of outgoing addresses', source: rfc(7208, 'section 4') },
  'dkim.key': { title: 'DKIM key', source: gmail },
  'dkim.bits': { title: 'DKIM key size', source: rfc(8301, 'section 3.2') },
  'dmarc.record': { title: 'DMARC policy', source: gmail },
  'dmarc.aligned': { title: 'DMARC alignment', source: microsoft },
  'from.provider': { title: 'From domain', source: gmail },
  'reply.reachable': { title: 'replies', source: microsoft },
  'host.names': { title: 'names of outgoing hosts', source: gmail },
  'host.tls': { title: 'encryption on the way', source: gmail },
  'unsubscribe.https': { title: 'unsubscribe address', source: rfc(8058, 'section 3.1') },
  'unsubscribe.headers': { title: 'one-click unsubscribe', source: gmail },
  'unsubscribe.signed': { title: 'its headers are signed', source: rfc(8058, 'section 4') },
  'unsubscribe.link': { title: 'unsubscribe link', source: yahoo },
  'address.postal': { title: 'postal address', source: canSpam },
  'part.text': { title: 'text part', source: spamAssassin },
  'size.html': {
    title: 'size',
    source: { name: 'Gmail, which clips at 102 KB', url: 'https://support.google.com/mail/answer/6584' },
  },
  'links.work': { title: 'links', source: yahoo },
  'images.alt': {
    title: 'words for images',
    source: { name: 'WCAG 2.2, 1.1.1', url: 'https://www.w3.org/TR/WCAG22/#non-text-content' },
  },
  'images.only': { title: 'more than images', source: spamAssassin, weight: 2 },
  'looks.capitals': { title: 'subject in capitals', source: spamAssassin, weight: 2 },
  'looks.exclamation': { title: 'exclamation marks', source: spamAssassin, weight: 1 },
  'looks.shortener': { title: 'shortened links', source: spamAssassin, weight: 2 },
  'looks.disguise': { title: 'links that say another place', source: gmail, weight: 3 },
  'looks.hidden': { title: 'hidden text', source: gmail, weight: 3 },
  'looks.data': { title: 'data: addresses', source: spamAssassin, weight: 1 },
  'looks.form': { title: 'forms', source: spamAssassin, weight: 2 },
  'looks.script': { title: 'scripts', source: spamAssassin, weight: 3 },
} as const satisfies { readonly [id: string]: Rule }

export type RuleId = keyof typeof preflightRules
