import type { Json } from '../../model/ids.ts'
import { statusOf, truthOf } from './status-words.ts'
import { parseTime } from './times.ts'

export const presetNames = ['listmonk', 'mailchimp', 'substack', 'ghost', 'brevo', 'mailerlite'] as const
export type PresetName = (typeof presetNames)[number]

/** How the export of another product is read. Column names are plain: lower case, without blanks, `_` and `-`. */
export interface Preset {
  readonly name: PresetName
  readonly title: string
  detects(has: (column: string) => boolean): boolean
  /** Field by column; any other column is an attribute of its own name. */
  readonly columns: { readonly [column: string]: string }
  /** What the cells say together: the status, proofs, labels. `set` takes an attribute. */
  finish(cell: (column: string) => string, row: Draft): void
}

/** A row in the making. */
export interface Draft {
  status?: unknown
  createdAt?: unknown
  timeZone?: unknown
  readonly set: (attribute: string, value: Json) => void
}

/** `a, b` or `"a","b"` or `["a","b"]` as a list of texts. */
export function labelsOf(cell: string): string[] {
  return cell
    .slice(0, 10_000)
    .replace(/^\[|\]$/g, '')
    .split(/[,;|]/)
    .map((label) => label.trim().replace(/^"|"$/g, '').trim())
    .filter((label) => label !== '')
    .slice(0, 100)
}

const isoOf = (cell: string): string | null => {
  const at = parseTime(cell)
  return at === null ? null : new Date(at).toISOString()
}

/** What a product knows about how somebody joined, as the attribute `opt_in`. */
function proof(
  row: Draft,
  from: PresetName,
  cells: {
    readonly at?: string
    readonly ip?: string
    readonly confirmedAt?: string
    readonly confirmedIp?: string
  },
): void {
  const known: Record<string, Json> = {}
  for (const key of ['at', 'confirmedAt'] as const) {
    const time = isoOf(cells[key] ?? '')
    if (time !== null) known[key] = time
  }
  for (const key of ['ip', 'confirmedIp'] as const) {
    const ip = (cells[key] ?? '').trim().slice(0, 45)
    if (ip !== '') known[key] = ip
  }
  if (Object.keys(known).length > 0) row.set('opt_in', { ...known, from })
}

const since = (...cells: readonly string[]): number | undefined => {
  for (const cell of cells) {
    const at = parseTime(cell)
    if (at !== null) return at
  }
  return undefined
}

const labels = (row: Draft, attribute: string, cell: string): void => {
  const found = labelsOf(cell)
  if (found.length > 0) row.set(attribute, found)
}

/** `Subscribers > Export`. No lists in it: export a list at a time and name it with --list. */
const listmonk: Preset = {
  name: 'listmonk',
  title: 'listmonk',
  detects: (has) => has('uuid') && has('email') && has('attributes') && has('status'),
  columns: {
    uuid: 'ignored',
    email: 'address',
    name: 'name',
    attributes: 'attributes',
    attribs: 'attributes',
    status: 'ignored',
    createdat: 'createdAt',
    updatedat: 'updatedAt',
    lists: 'ignored',
  },
  finish(cell, row) {
    // enabled, disabled, blocklisted.
    row.status = statusOf(cell('status'))
    labels(row, 'listmonk_lists', cell('lists'))
  },
}

/** `Audience > Export`: three files, and their columns tell them apart. */
const mailchimp: Preset = {
  name: 'mailchimp',
  title: 'Mailchimp',
  detects: (has) => has('emailaddress') && (has('leid') || has('euid') || has('memberrating')),
  columns: {
    emailaddress: 'address',
    firstname: 'attributes.first_name',
    lastname: 'attributes.last_name',
    address: 'attributes.address',
    phonenumber: 'attributes.phone',
    birthday: 'attributes.birthday',
    memberrating: 'attributes.member_rating',
    cc: 'attributes.country',
    region: 'attributes.region',
    notes: 'attributes.notes',
    ...ignored(
      'optintime optinip confirmtime confirmip latitude longitude gmtoff dstoff timezone lastchanged leid euid tags unsubtime unsubcampaigntitle unsubcampaignid unsubreason unsubreasonother cleantime cleancampaigntitle cleancampaignid',
    ),
  },
  finish(cell, row) {
    const [left, cleaned] = [cell('unsubtime'), cell('cleantime')]
    row.status = cleaned !== '' ? 'bounced' : left !== '' ? 'unsubscribed' : 'active'
    row.createdAt = since(cell('optintime'), cell('confirmtime'))
    proof(row, 'mailchimp', {
      at: cell('optintime'),
      ip: cell('optinip'),
      confirmedAt: cell('confirmtime'),
      confirmedIp: cell('confirmip'),
    })
    labels(row, 'tags', cell('tags'))
    const reason = cell('unsubreasonother') || cell('unsubreason')
    if (left !== '') row.set('unsubscribed', { at: isoOf(left), reason: reason.slice(0, 500) || null })
    if (/^[A-Za-z]+\/[A-Za-z_/+-]+$/.test(cell('timezone'))) row.timeZone = cell('timezone')
  },
}

/** `Settings > Exports` (email_list.csv) and the export of the subscriber dashboard. */
const substack: Preset = {
  name: 'substack',
  title: 'Substack',
  detects: (has) =>
    has('email') &&
    ((has('activesubscription') && (has('emaildisabled') || has('expiry'))) ||
      (has('startdate') &&
        (has('stripeplan') || has('emailsreceived(6mo)') || has('subscriptionsource(free)')))),
  columns: {
    email: 'address',
    name: 'name',
    createdat: 'createdAt',
    startdate: 'createdAt',
    plan: 'attributes.plan',
    stripeplan: 'attributes.plan',
    type: 'attributes.type',
    country: 'attributes.country',
    'state/province': 'attributes.region',
    ...ignored('activesubscription emaildisabled digestenabled expiry firstpaymentat'),
  },
  finish(cell, row) {
    const paying = truthOf(cell('activesubscription'))
    row.status = truthOf(cell('emaildisabled')) === true ? 'unsubscribed' : 'active'
    if (paying !== null) row.set('paying', paying)
    const [until, paid] = [isoOf(cell('expiry')), isoOf(cell('firstpaymentat'))]
    if (until !== null) row.set('paid_until', until)
    if (paid !== null) row.set('first_payment_at', paid)
  },
}

/** `Members > Export all members`. */
const ghost: Preset = {
  name: 'ghost',
  title: 'Ghost',
  detects: (has) =>
    has('email') &&
    has('subscribedtoemails') &&
    (has('complimentaryplan') || has('labels') || has('stripecustomerid')),
  columns: {
    email: 'address',
    name: 'name',
    note: 'attributes.note',
    createdat: 'createdAt',
    stripecustomerid: 'attributes.stripe_customer_id',
    ...ignored('id subscribedtoemails complimentaryplan deletedat labels tiers'),
  },
  finish(cell, row) {
    const wants = truthOf(cell('subscribedtoemails'))
    row.status = wants === false || cell('deletedat') !== '' ? 'unsubscribed' : 'active'
    labels(row, 'labels', cell('labels'))
    labels(row, 'tiers', cell('tiers'))
    if (truthOf(cell('complimentaryplan')) === true) row.set('complimentary', true)
  },
}

/** `Contacts > Export`: `;` between the cells. */
const brevo: Preset = {
  name: 'brevo',
  title: 'Brevo',
  detects: (has) =>
    has('email') && (has('addedtime') || has('modifiedtime') || (has('contactid') && has('sms'))),
  columns: {
    email: 'address',
    firstname: 'attributes.first_name',
    vorname: 'attributes.first_name',
    prenom: 'attributes.first_name',
    lastname: 'attributes.last_name',
    nachname: 'attributes.last_name',
    nom: 'attributes.last_name',
    sms: 'attributes.sms',
    addedtime: 'createdAt',
    modifiedtime: 'updatedAt',
    ...ignored(
      'contactid listids lists doubleoptin optin optintime emailmarketing smsmarketing emailblacklisted emailblocklisted blocklisted blacklisted unsubscribed',
    ),
  },
  finish(cell, row) {
    const blocked = ['emailblacklisted', 'emailblocklisted', 'blocklisted', 'blacklisted', 'unsubscribed']
    const marketing = cell('emailmarketing')
    const out = blocked.some((column) => truthOf(cell(column)) === true)
    const word =
      truthOf(marketing) === false
        ? 'unsubscribed'
        : marketing === '' || truthOf(marketing)
          ? 'active'
          : statusOf(marketing)
    row.status = out ? 'unsubscribed' : word
    labels(row, 'brevo_lists', cell('listids') || cell('lists'))
    proof(row, 'brevo', { at: cell('optintime') })
    const double = cell('doubleoptin')
    // Their list of choices: 1 is yes, 2 is no.
    if (double !== '') row.set('double_opt_in', truthOf(double) === true)
  },
}

/** `Subscribers > Export`, of the present product and of MailerLite Classic. */
const mailerlite: Preset = {
  name: 'mailerlite',
  title: 'MailerLite',
  detects: (has) =>
    (has('subscriber') && has('subscribed') && has('opens')) ||
    (has('email') &&
      (has('datesubscribed') || has('signuptimestamp') || has('optinip') || has('optedinat')) &&
      (has('opened') || has('groups') || has('optinip') || has('confirmationtimestamp'))),
  columns: {
    subscriber: 'address',
    email: 'address',
    name: 'attributes.first_name',
    lastname: 'attributes.last_name',
    ...ignored(
      'status type sent opens opened clicks clicked groups subscribed subscribedat datesubscribed dateunsubscribed unsubscribedat optindate optedinat optinip signuptimestamp signupip signupipaddress confirmationtimestamp confirmationip location subscribersource',
    ),
  },
  finish(cell, row) {
    const left = cell('dateunsubscribed') || cell('unsubscribedat')
    const word = cell('status') || cell('type')
    const joined =
      cell('subscribed') || cell('subscribedat') || cell('datesubscribed') || cell('signuptimestamp')
    row.status = word !== '' ? statusOf(word) : left !== '' ? 'unsubscribed' : 'active'
    row.createdAt = since(joined, cell('optindate'), cell('optedinat'))
    proof(row, 'mailerlite', {
      at: joined,
      ip: cell('signupip') || cell('signupipaddress'),
      confirmedAt: cell('optindate') || cell('optedinat') || cell('confirmationtimestamp'),
      confirmedIp: cell('optinip') || cell('confirmationip'),
    })
    labels(row, 'groups', cell('groups'))
    if (cell('location') !== '') row.set('country', cell('location').slice(0, 100))
    if (left !== '') row.set('unsubscribed', { at: isoOf(left), reason: null })
  },
}

function ignored(columns: string): { readonly [column: string]: string } {
  return Object.fromEntries(columns.split(' ').map((column) => [column, 'ignored']))
}

export const presets: { readonly [name in PresetName]: Preset } = {
  listmonk,
  mailchimp,
  substack,
  ghost,
  brevo,
  mailerlite,
}

/** The preset whose columns a header has, or null. */
export function detectPreset(columns: ReadonlySet<string>): Preset | null {
  return Object.values(presets).find((preset) => preset.detects((column) => columns.has(column))) ?? null
}
