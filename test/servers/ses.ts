import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type AwsFault, signatureFault } from './sigv4.ts'

export interface SesKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expired?: boolean
}

export interface TakenLetter {
  readonly from: string
  readonly to: string
  /** The message as SES got it. */
  readonly bytes: Buffer
  readonly tags: { readonly [name: string]: string }
  readonly configurationSet: string | null
  readonly identityArn: string | null
  readonly messageId: string
}

/** What happens to a SendEmail instead of being worked. `hang`: no answer. `drop`: the connection ends without one. `drop
 *  after`: the letter is taken first. */
export type SesTurn = (AwsFault & { readonly retryAfter?: string }) | 'hang' | 'drop' | 'drop after'
type Reply = SesTurn | { readonly json: object }

export interface Ses {
  readonly url: string
  readonly region: string
  readonly key: SesKey
  readonly taken: readonly TakenLetter[]
  /** Requests of any kind: `POST /v2/email/outbound-emails`. */
  readonly asked: readonly string[]
  /** Most requests that were open at the same time. */
  readonly atOnce: () => number
  /** Whose SendEmail is answered how; undefined: as SES would. */
  turn: (letter: { readonly to: string; readonly count: number }) => SesTurn | undefined
  /** Answers by status, `drop` or `hang` of GetAccount instead of the account. */
  accountTurn: SesTurn | undefined
  account: {
    SendingEnabled: boolean
    ProductionAccessEnabled: boolean
    EnforcementStatus: string
    SendQuota: { Max24HourSend: number; MaxSendRate: number; SentLast24Hours: number }
  }
  /** Identities that may send, and in the sandbox be sent to: addresses and domains. */
  readonly verified: Set<string>
  readonly configurationSets: Set<string>
  /** Keys that are taken; the first one is `key`. */
  readonly keys: SesKey[]
  /** What GET /credentials hands out, with the Authorization that it asks for; how often it was asked. */
  readonly container: { answer: Reply; authorization: string | null; asked: number }
  close(): Promise<void>
}

const maxMessageBytes = 41_943_040

/** A server that plays SES API v2: it checks signatures, letters, identities, quotas and settings as SES does, and refuses
 *  with SES's own errors. */
export async function startSes(
  options: { readonly now?: () => number; readonly port?: number } = {},
): Promise<Ses> {
  const { now = () => Date.now() } = options
  const region = 'eu-central-1'
  const key: SesKey = {
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  }
  const taken: TakenLetter[] = []
  const asked: string[] = []
  let open = 0
  let most = 0

  const server = createServer((request, response) => {
    open++
    most = Math.max(most, open)
    response.on('close', () => open--)
    void body(request).then(
      (bytes) => write(request, response, replyTo(request, bytes)),
      () => response.destroy(),
    )
  })

  function replyTo(request: IncomingMessage, bytes: Buffer): Reply {
    const { method = '', url = '' } = request
    asked.push(`${method} ${url}`)
    if (url === '/credentials') return credentials(request.headers.authorization)
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join(',')]),
    )
    const signing = signatureFault(
      { method, target: url, headers, body: bytes },
      { keys: ses.keys, region, service: 'ses', now: now() },
    )
    if (signing !== null) return signing
    if (method === 'GET' && url === '/v2/email/account') return ses.accountTurn ?? { json: ses.account }
    if (method === 'POST' && url === '/v2/email/outbound-emails') return send(bytes)
    return { status: 404, type: 'UnknownOperationException', message: '' }
  }

  function credentials(authorization: string | undefined): Reply {
    const { container } = ses
    container.asked++
    if (container.authorization !== null && authorization !== container.authorization)
      return { status: 401, type: 'InvalidAuthorizationToken', message: 'Invalid Authorization token' }
    return container.answer
  }

  function send(bytes: Buffer): Reply {
    const letter = readLetter(bytes)
    if ('status' in letter) return letter
    const turn = ses.turn({ to: letter.to, count: asked.filter((one) => one.startsWith('POST')).length })
    if (turn !== undefined && turn !== 'drop after') return turn
    const fault = judge(letter)
    if (fault !== null) return fault
    const messageId = `0107018${String(taken.length).padStart(9, '0')}-b9a3-4b1e-9f2e-000000`
    taken.push({ ...letter, messageId })
    ses.account.SendQuota.SentLast24Hours++
    return turn ?? { json: { MessageId: messageId } }
  }

  function judge(letter: Omit<TakenLetter, 'messageId'>): AwsFault | null {
    const { account, verified, configurationSets } = ses
    const { Max24HourSend, SentLast24Hours } = account.SendQuota
    if (!account.SendingEnabled) return bad('SendingPausedException', 'Email sending is disabled.')
    const known = (address: string) => verified.has(address) || verified.has(address.split('@')[1] ?? '')
    const unknown = [letter.from, ...(account.ProductionAccessEnabled ? [] : [letter.to])].filter(
      (address) => !known(address),
    )
    if (unknown.length > 0 && letter.identityArn === null)
      return bad(
        'MessageRejected',
        `Email address is not verified. The following identities failed the check in region ${region.toUpperCase()}: ${unknown.join(', ')}`,
      )
    if (letter.configurationSet !== null && !configurationSets.has(letter.configurationSet))
      return {
        status: 404,
        type: 'NotFoundException',
        message: `Configuration set <${letter.configurationSet}> does not exist.`,
      }
    if (Max24HourSend >= 0 && SentLast24Hours >= Max24HourSend)
      return { status: 429, type: 'TooManyRequestsException', message: 'Daily message quota exceeded.' }
    return null
  }

  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  let closing: Promise<void> | null = null
  const ses: Ses = {
    url: `http://127.0.0.1:${port}`,
    region,
    key,
    taken,
    asked,
    atOnce: () => most,
    turn: () => undefined,
    accountTurn: undefined,
    account: {
      SendingEnabled: true,
      ProductionAccessEnabled: true,
      EnforcementStatus: 'HEALTHY',
      SendQuota: { Max24HourSend: 1_000_000, MaxSendRate: 10_000, SentLast24Hours: 0 },
    },
    verified: new Set(['sender.test']),
    configurationSets: new Set(['news']),
    keys: [key],
    container: { answer: { json: {} }, authorization: null, asked: 0 },
    close() {
      closing ??= new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
      return closing
    },
  }
  return ses
}

const bad = (type: string, message: string): AwsFault => ({ status: 400, type, message })

/** SendEmail's own checks of what it is given. */
function readLetter(bytes: Buffer): Omit<TakenLetter, 'messageId'> | AwsFault {
  let input: {
    FromEmailAddress?: string
    FromEmailAddressIdentityArn?: string
    Destination?: { ToAddresses?: string[]; CcAddresses?: string[]; BccAddresses?: string[] }
    Content?: { Raw?: { Data?: string } }
    ConfigurationSetName?: string
    EmailTags?: { Name: string; Value: string }[]
  }
  try {
    input = JSON.parse(bytes.toString('utf8'))
  } catch {
    return bad('SerializationException', 'Unexpected token')
  }
  const data = input.Content?.Raw?.Data
  if (data === undefined) return bad('BadRequestException', 'Content is missing.')
  if (data.length > maxMessageBytes)
    return bad(
      'BadRequestException',
      `Message length is more than ${maxMessageBytes} bytes long: '${data.length}'.`,
    )
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(data) || data.length % 4 !== 0)
    return bad('SerializationException', 'Start of structure or map found where not expected.')
  const message = Buffer.from(data, 'base64')
  const end = message.indexOf('\r\n\r\n')
  const head = message.toString('latin1', 0, Math.max(0, end))
  if (end < 0) return bad('BadRequestException', 'Message must have a header and a body.')
  if (!/^from:/im.test(head)) return bad('BadRequestException', "Missing required header 'From'.")
  const { ToAddresses = [], CcAddresses = [], BccAddresses = [] } = input.Destination ?? {}
  const all = [...ToAddresses, ...CcAddresses, ...BccAddresses]
  const [to] = all
  if (to === undefined || all.length !== 1) return bad('BadRequestException', 'Missing destination.')
  for (const address of [to, input.FromEmailAddress ?? '']) {
    if (/[\x00-\x20\x7f]/.test(address))
      return bad('BadRequestException', 'Local address contains control or whitespace')
    if (!/^[\x21-\x7e]+@[\x21-\x7e]+$/.test(address))
      return bad('BadRequestException', `Missing final '@domain'`)
  }
  for (const { Name, Value } of input.EmailTags ?? [])
    if (!/^[A-Za-z0-9_-]{1,255}$/.test(Name) || !/^[A-Za-z0-9_-]{1,255}$/.test(Value))
      return bad('BadRequestException', `Invalid email tag value: ${Value}`)
  if ((input.EmailTags?.length ?? 0) > 50) return bad('BadRequestException', 'Too many email tags.')
  return {
    from: input.FromEmailAddress ?? '',
    to,
    bytes: message,
    tags: Object.fromEntries((input.EmailTags ?? []).map(({ Name, Value }) => [Name, Value])),
    configurationSet: input.ConfigurationSetName ?? null,
    identityArn: input.FromEmailAddressIdentityArn ?? null,
  }
}

/** restJson1: the type of a refusal in a header, its message in the body. */
function write(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  if (reply === 'hang') return
  if (typeof reply === 'string') {
    request.socket.destroy()
    return
  }
  response.setHeader('content-type', 'application/json')
  if ('json' in reply) {
    response.end(JSON.stringify(reply.json))
    return
  }
  if (reply.retryAfter !== undefined) response.setHeader('retry-after', reply.retryAfter)
  response.setHeader(
    'x-amzn-errortype',
    `${reply.type}:http://internal.amazon.com/coral/com.amazonaws.services/`,
  )
  response.statusCode = reply.status
  response.end(JSON.stringify({ message: reply.message }))
}

async function body(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
