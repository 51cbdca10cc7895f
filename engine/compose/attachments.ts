import { createHash } from 'node:crypto'
import MailComposer from 'nodemailer/lib/mail-composer'
import { BroadsheetError } from '../errors.ts'
import { bodyHash, createSigner } from './dkim.ts'
import { createHead } from './head.ts'
import { singleLine } from './header-text.ts'
import type { ComposePlan, Letter } from './letter.ts'
import { contentFields, withoutDots } from './shape.ts'

/** A file that goes along, as bytes: nothing is ever read from a path or an address. */
export interface Attachment {
  /** Any text; folders before it are dropped. */
  readonly filename: string
  /** `type/subtype`. Not `multipart/...` or `message/...`: those may not be base64, and their lines
   *  could be anything; send such a file as `application/octet-stream`. */
  readonly contentType: string
  readonly bytes: Uint8Array
  /** For an image that the HTML shows: `<img src="cid:logo">`. Null: a file beside the letter. */
  readonly cid: string | null
}

const maxFilename = 150
const mediaType = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/i
const contentId = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.@-]{1,200}$/

/** The slower way (a millisecond): a letter with files or inline images. Header fields, signatures and
 *  invariants as those of `Composer`; the tree of parts is nodemailer's. Rejects as `compose` throws,
 *  and with E_INPUT for an attachment that cannot be sent. */
export async function composeWithAttachments(
  plan: ComposePlan,
  letter: Letter,
  attachments: readonly Attachment[],
): Promise<{ readonly bytes: Buffer; readonly utf8: boolean }> {
  const tree = new MailComposer({
    disableFileAccess: true,
    disableUrlAccess: true,
    newline: 'win',
    // The same letter gives the same bytes; and see `boundary` in shape.ts for "=_".
    boundaryPrefix: '=_broadsheet',
    baseBoundary: createHash('sha256').update(letter.messageId).digest('hex').slice(0, 24),
    // A part of its own even where it is empty: nodemailer makes no tree without one.
    ...(letter.text === '' && letter.html !== '' ? {} : { text: quoted('text/plain', letter.text) }),
    ...(letter.html === '' ? {} : { html: quoted('text/html', letter.html) }),
    attachments: attachments.map(checked),
  })
  const built = await tree.compile().build()
  const split = built.indexOf('\r\n\r\n')
  const body = built.subarray(split + 4)
  if (split < 0 || body.includes('\n.')) {
    throw new BroadsheetError('E_INTERNAL', 'The parts of the letter could not be put together')
  }

  const head = createHead(plan)(letter, contentOf(built.toString('latin1', 0, split)))
  const signatures =
    plan.dkim.length === 0 ? '' : createSigner(plan.dkim).sign(head.signed(), bodyHash(body), letter.date)
  return { bytes: Buffer.concat([Buffer.from(signatures + head.text), body]), utf8: head.utf8 }
}

/** nodemailer's own Date, Message-ID and MIME-Version go; the root part's content fields stay. */
function contentOf(head: string): ReturnType<typeof contentFields> {
  const fields = new Map<string, string>()
  for (const field of head.split(/\r\n(?![ \t])/)) {
    const colon = field.indexOf(':')
    fields.set(field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim())
  }
  const encoding = fields.get('content-transfer-encoding')
  return contentFields(
    fields.get('content-type') ?? 'text/plain',
    encoding === undefined ? '' : `Content-Transfer-Encoding: ${encoding}\r\n`,
  )
}

const quoted = (type: string, part: string): { readonly raw: string } => {
  if (!/^[\x00-\x7f]*$/.test(part)) {
    throw new BroadsheetError('E_INTERNAL', 'A part of the letter is not encoded: it holds non-ASCII text')
  }
  return {
    raw:
      `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n` +
      withoutDots(part),
  }
}

function checked(attachment: Attachment) {
  const filename = singleLine(attachment.filename.split(/[/\\]/).at(-1) ?? '', maxFilename) || 'attachment'
  const type = attachment.contentType.toLowerCase()
  if (!mediaType.test(type) || /^(multipart|message)\//.test(type)) {
    const shown = singleLine(attachment.contentType, 80)
    throw new BroadsheetError(
      'E_INPUT',
      `Attachment "${filename}" cannot be sent as "${shown}": give a type such as "application/pdf"`,
    )
  }
  if (attachment.cid !== null && !contentId.test(attachment.cid)) {
    throw new BroadsheetError(
      'E_INPUT',
      `Attachment "${filename}" has the content id "${singleLine(attachment.cid, 80)}": use letters, digits, ".", "-" and "@"`,
    )
  }
  return {
    filename,
    contentType: type,
    contentTransferEncoding: 'base64' as const,
    content: Buffer.from(attachment.bytes.buffer, attachment.bytes.byteOffset, attachment.bytes.byteLength),
    ...(attachment.cid === null ? {} : { cid: attachment.cid }),
  }
}
