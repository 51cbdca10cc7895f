import { BroadsheetError } from '../errors.ts'
import type { EpochMs } from '../model/ids.ts'
import { append, phrase, singleLine, unstructured } from './header-text.ts'
import type { ComposePlan, Letter } from './letter.ts'
import { mailbox } from './mailbox.ts'

/** The header block of one letter. */
export interface Head {
  /** Fields with their line ends, and the empty line. */
  readonly text: string
  /** The fields of `signedFields` in that order, in DKIM's relaxed form (RFC 6376 3.4.2). A function,
   *  because it costs as much as `text` and unsigned letters do without. */
  readonly signed: () => string
  readonly utf8: boolean
}

/** What a letter's body is; see shape.ts. */
export interface ContentFields {
  readonly fields: string
  /** Content-Type in relaxed form with its line end. */
  readonly signed: string
}

/** The h= of every signature. The first block is in the order of `Head.signed`. What follows names
 *  fields once more than a letter has them: a second From, To, Subject ... added on the way would
 *  break the signature instead of being shown (RFC 6376 8.15), and so would a Cc. List fields are
 *  named once: a list that forwards may add its own. */
export const signedFields: readonly string[] = [
  'from reply-to mime-version list-id list-unsubscribe-post feedback-id',
  'to subject date message-id list-unsubscribe content-type',
  'from to cc subject date reply-to message-id mime-version content-type',
].flatMap((names) => names.split(' '))

const maxTitle = 200
const maxSubject = 998
const maxUrl = 900
const maxMessageId = 250

const foldings = /[ \t\r\n]+/g
/** A field in DKIM's relaxed form: lower-case name, unfolded, blanks run together, line end. */
export const relaxed = (name: string, value: string): string =>
  `${name.toLowerCase()}:${value.replace(foldings, ' ').trim()}\r\n`

const dotAtom = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
const hostName = /^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/
const feedbackShape = /^[A-Za-z0-9._-]*:[A-Za-z0-9._-]*:[A-Za-z0-9._-]*:[A-Za-z0-9._-]+$/
const messageIdShape = /^<[A-Za-z0-9._-]+@[A-Za-z0-9.-]+>$/
const webUrl = /^https?:\/\/[\x21\x23-\x3b\x3d\x3f-\x7e]+$/
const languageTag = /^[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8})*$/

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (n: number): string => String(n).padStart(2, '0')

/** RFC 5322 3.3, always in UTC. */
export function mailDate(at: EpochMs): string {
  const d = new Date(at)
  const year = String(d.getUTCFullYear()).padStart(4, '0')
  const day = `${days[d.getUTCDay()]}, ${two(d.getUTCDate())} ${months[d.getUTCMonth()]} ${year}`
  return `${day} ${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())} +0000`
}

/** Everything above the body but the signatures. What does not change from letter to letter is written
 *  and checked here, once: throws E_CONFIG or E_ADDRESS where the plan cannot stand in a header.
 *
 *  The returned function throws E_ADDRESS for a recipient that cannot, and E_INTERNAL where the caller
 *  broke the contract of `Letter`. Names and subjects never throw: they are made to fit. */
export function createHead(plan: ComposePlan): (letter: Letter, content: ContentFields) => Head {
  const from = mailbox(plan.from.address, plan.from.name, 'From: '.length)
  const replyTo = plan.replyTo === null ? null : mailbox(plan.replyTo, '', 'Reply-To: '.length)
  const listId = plan.list === null ? null : listIdOf(plan.from.address, plan.list)
  check('E_CONFIG', feedbackShape, plan.feedbackId, 200, 'feedbackId', 'four fields "a:b:c:sender"')
  check('E_CONFIG', hostName, plan.messageIdDomain, 200, 'messageIdDomain', 'a domain name')

  const top = `From: ${from.value}\r\n${replyTo === null ? '' : `Reply-To: ${replyTo.value}\r\n`}`
  // Precedence is no standard, but what Exchange and old vacation programs look at before they answer
  // (RFC 3834 section 2 names it); newer ones stop at List-Id.
  const bottom =
    listId === null
      ? 'Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n'
      : 'List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n' +
        `List-Id: ${listId}\r\nFeedback-ID: ${plan.feedbackId}\r\nPrecedence: bulk\r\nMIME-Version: 1.0\r\n`
  const staticSigned =
    relaxed('From', from.value) +
    (replyTo === null ? '' : relaxed('Reply-To', replyTo.value)) +
    relaxed('MIME-Version', '1.0') +
    // A field that is signed for and not there counts as empty (RFC 6376 5.4.2).
    (listId === null
      ? ''
      : relaxed('List-Id', listId) +
        relaxed('List-Unsubscribe-Post', 'List-Unsubscribe=One-Click') +
        relaxed('Feedback-ID', plan.feedbackId))
  const messageIdEnd = `@${plan.messageIdDomain}>`
  const staticUtf8 = from.utf8 || (replyTo?.utf8 ?? false)

  // A publication's letters share their date, and most share their subject.
  const dateOf = remember(mailDate)
  const subjectOf = remember((subject: string) =>
    unstructured(singleLine(subject, maxSubject), 'Subject: '.length),
  )

  return (letter, content) => {
    const to = mailbox(letter.to, letter.toName ?? '', 'To: '.length)
    const subject = subjectOf(letter.subject)
    const date = dateOf(letter.date)
    const id = letter.messageId
    if (!id.startsWith('<') || !id.endsWith(messageIdEnd) || id.length > maxMessageId) {
      throw new BroadsheetError('E_INTERNAL', `Message-ID "${singleLine(id, 80)}" is not <...${messageIdEnd}`)
    }
    check('E_INTERNAL', dotAtom, id.slice(1, -messageIdEnd.length), maxMessageId, 'Message-ID', 'a dot-atom')
    const { references } = letter
    if (references !== undefined && !(references.length <= maxMessageId && messageIdShape.test(references)))
      throw new BroadsheetError('E_INTERNAL', `References "${singleLine(references, 80)}" is no Message-ID`)
    const thread = references === undefined ? '' : `References: ${references}\r\n`
    const way = listId === null ? null : letter.unsubscribeUrl
    if (way !== null) check('E_INTERNAL', webUrl, way, maxUrl, 'unsubscribeUrl', 'an http(s) address')
    const language = languageTag.test(letter.language) ? `Content-Language: ${letter.language}\r\n` : ''

    return {
      text:
        `${top}To: ${to.value}\r\nSubject: ${subject}\r\nDate: ${date}\r\nMessage-ID: ${id}\r\n${thread}` +
        `${way === null ? '' : `List-Unsubscribe: <${way}>\r\n`}${bottom}${language}${content.fields}\r\n`,
      signed: () =>
        staticSigned +
        relaxed('To', to.value) +
        relaxed('Subject', subject) +
        relaxed('Date', date) +
        relaxed('Message-ID', id) +
        (way === null ? '' : relaxed('List-Unsubscribe', `<${way}>`)) +
        content.signed,
      utf8: staticUtf8 || to.utf8,
    }
  }
}

function listIdOf(address: string, list: { readonly name: string; readonly title: string }): string {
  // A slug may hold what a dot-atom may not: "a..b", "news.".
  const label = list.name.replace(/\.{2,}/g, '.').replace(/^\.|\.$/g, '')
  const id = `${label}.${address.slice(address.lastIndexOf('@') + 1)}`
  check('E_CONFIG', dotAtom, id, 255, 'list.name', 'a name that can stand in a List-Id')
  const column = 'List-Id: '.length
  return append(phrase(singleLine(list.title, maxTitle), column), `<${id}>`, column)
}

function check(
  code: 'E_CONFIG' | 'E_INTERNAL',
  shape: RegExp,
  value: string,
  maxLength: number,
  name: string,
  what: string,
): void {
  if (value.length <= maxLength && shape.test(value)) return
  const long = value.length > maxLength ? ` of at most ${maxLength} characters` : ''
  throw new BroadsheetError(code, `${name} "${singleLine(value, 80)}" is not ${what}${long}`)
}

function remember<In extends string | number>(make: (input: In) => string): (input: In) => string {
  let last: In | undefined
  let made = ''
  return (input) => {
    if (input !== last) {
      made = make(input)
      last = input
    }
    return made
  }
}
