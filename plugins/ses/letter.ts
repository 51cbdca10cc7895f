import { createHash } from 'node:crypto'
import type { Message, Outcome } from '../../engine/channel/index.ts'
import { keyTag, type SesConfig } from './config.ts'

/** SES v2: 40 MB of message, after it was put into base64. */
export const maxMessageBytes = Math.floor((40 * 1024 * 1024) / 4) * 3 - 200

// Beside controls and brackets, what SES would read as more than one address, or as a comment.
const unsafeAddress = /[\x00-\x20\x7f<>(),:;"\\]/

/** Null: SES can take it. Else why it is not even asked. */
export function impossible({ id, from, to, bytes, utf8 }: Message): Outcome | null {
  const no = (code: string, detail: string): Outcome => ({
    id,
    status: 'permanent',
    code,
    detail,
    suppress: false,
  })
  for (const address of [from, to])
    if (unsafeAddress.test(address) || !/^[^@]+@[^@]+$/.test(address))
      return no('address', 'The address holds what SES would not take for one address.')
  if (utf8 || /[^\x00-\x7f]/.test(from + to))
    return no('smtputf8', 'SES takes no address with characters beyond ASCII before the "@".')
  if (bytes.length > maxMessageBytes)
    return no('size', `The letter has ${bytes.length} bytes; SES takes ${maxMessageBytes}.`)
  return null
}

/** What is left of a letter's key in a tag, and in a header: 32 hex digits of a Message-ID as they are, else a hash. */
export const plainKey = (key: string): string =>
  /^<([A-Za-z0-9_-]{16,64})@[^@]*>$/.exec(key)?.[1] ??
  (/^[A-Za-z0-9_-]{1,64}$/.test(key) ? key : createHash('sha256').update(key).digest('hex').slice(0, 32))

/** The body of `POST /v2/email/outbound-emails`. SES writes a Message-ID of its own: the header on top keeps ours. */
export function sendEmailBody(message: Message, config: SesConfig): Buffer {
  const key = plainKey(message.key)
  const head = Buffer.from(`X-Broadsheet-Key: ${key}\r\n`, 'latin1')
  return Buffer.from(
    JSON.stringify({
      FromEmailAddress: message.from,
      ...(config.fromEmailAddressIdentityArn !== null && {
        FromEmailAddressIdentityArn: config.fromEmailAddressIdentityArn,
      }),
      Destination: { ToAddresses: [message.to] },
      Content: { Raw: { Data: Buffer.concat([head, message.bytes]).toString('base64') } },
      ...(config.configurationSet !== null && { ConfigurationSetName: config.configurationSet }),
      EmailTags: [
        { Name: keyTag, Value: key },
        ...Object.entries(config.tags).map(([Name, Value]) => ({ Name, Value })),
      ],
    }),
    'latin1',
  )
}
