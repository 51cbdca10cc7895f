import { providerDomains } from '../audience/address-lists.ts'
import { dkimRecord } from '../compose/dkim-key.ts'
import type { DkimKey } from '../config.ts'
import { domainOf } from '../model/address.ts'
import { isAbsent, type Resolver } from '../ports/resolver.ts'
import { type DkimLook, lookUpDkim } from './dkim-record.ts'
import { type DmarcLook, isAligned, lookUpDmarc } from './dmarc.ts'
import { lookAtHosts } from './hosts.ts'
import { blocked, ok, type PreflightLine, unknown, warning } from './line.ts'
import { checkSpf } from './spf/check.ts'

/** Who sends, and by which way. */
export interface SenderQuestion {
  /** Of the From header. */
  readonly from: string
  readonly replyTo: string | null
  /** Domain of the envelope sender; null: the other side puts its own. */
  readonly mailFrom: string | null
  /** All that letters are signed with. */
  readonly keys: readonly DkimKey[]
  /** Keys of a relay that signs, by where they are published. */
  readonly relayKeys: readonly { readonly domain: string; readonly selector: string }[]
  /** The channel's other side signs for the sender's domain. */
  readonly signedBeyond: boolean
  /** IP addresses that receivers see. */
  readonly outgoing: readonly string[]
  /** Name in EHLO towards receivers; null: not known. */
  readonly helo: string | null
}

const askAgain = 'Look again later, or correct the name servers of this machine.'

/** What DNS says of a sender, rule by rule. Never rejects. */
export async function lookAtSender(
  question: SenderQuestion,
  resolver: Resolver,
): Promise<readonly PreflightLine[]> {
  const { from, mailFrom } = question
  const domain = domainOf(from)
  const dmarc = lookUpDmarc(domain, resolver)
  const keys = lookAtKeys(question, domain, resolver)
  const lines = await Promise.all([
    mailFrom === null ? Promise.resolve([]) : lookAtSpf(mailFrom, question, resolver),
    keys.then((found) => found.flatMap(({ lines: own }) => own)),
    dmarc.then((look) => [lineOfDmarc(look, domain)]),
    Promise.all([dmarc, keys]).then(([look, found]) =>
      lookAtAlignment(look, { domain, mailFrom, question, found }, resolver),
    ),
    lookAtReplies(question.replyTo ?? from, resolver),
    lookAtHosts(question, resolver),
  ])
  return [...lines.flat(), lineOfProvider(domain)]
}

async function lookAtSpf(
  domain: string,
  { outgoing, from, helo }: SenderQuestion,
  resolver: Resolver,
): Promise<readonly PreflightLine[]> {
  const walk = await checkSpf({ domain, ip: null }, resolver)
  const cost = `${walk.lookups} of 10 lookups`
  const own = (): PreflightLine => {
    switch (walk.result) {
      case 'none':
        return blocked(
          'spf.record',
          `${domain} has none`,
          `Publish a TXT record at ${domain}: "v=spf1 ip4:ADDRESS-OF-YOUR-SERVER -all", or the include that your provider names.`,
          domain,
        )
      case 'permerror':
        return blocked('spf.record', walk.why, 'Correct the record: as it is it counts as none.', domain)
      case 'temperror':
        return unknown('spf.record', walk.why, askAgain, domain)
      case 'pass':
        return blocked(
          'spf.record',
          `"${walk.record}" lets the whole world send`,
          'End it with "-all" or "~all".',
          domain,
        )
      case 'neutral':
        return warning(
          'spf.record',
          `"${walk.record}" says nothing of everybody else`,
          'End it with "-all" or "~all".',
          domain,
        )
      case 'fail':
      case 'softfail':
        return ok('spf.record', `"${walk.record}" (${cost})`, domain)
    }
  }
  const checked = await Promise.all(
    outgoing.map(async (ip) => ({
      ip,
      ...(await checkSpf({ domain, ip, sender: from, ...(helo !== null && { helo }) }, resolver)),
    })),
  )
  if (walk.result === 'none' || checked.length === 0) return [own()]
  const wrong = checked.find(({ result }) => result !== 'pass')
  if (wrong === undefined)
    return [own(), ok('spf.sender', `${outgoing.join(', ')} may send for ${domain}`, domain)]
  const line = wrong.result === 'temperror' ? unknown : blocked
  return [
    own(),
    line(
      'spf.sender',
      `${wrong.ip}: ${wrong.result} by ${wrong.why}`,
      wrong.result === 'temperror'
        ? askAgain
        : `Add "ip${wrong.ip.includes(':') ? 6 : 4}:${wrong.ip}" to the record.`,
      domain,
    ),
  ]
}

interface LookedKey {
  readonly domain: string
  /** Null: whether it signs well could not be found out. */
  readonly works: boolean | null
  readonly lines: readonly PreflightLine[]
}

async function lookAtKeys(
  { keys, relayKeys, signedBeyond }: SenderQuestion,
  from: string,
  resolver: Resolver,
): Promise<readonly LookedKey[]> {
  const looked = await Promise.all([
    ...keys.map(async (key) => judgeKey(await lookUpDkim(key.domain, key.selector, resolver), key)),
    ...relayKeys.map(async ({ domain, selector }) =>
      judgeKey(await lookUpDkim(domain, selector, resolver), { domain, selector, privateKey: null }),
    ),
  ])
  if (looked.length > 0) return looked
  if (signedBeyond)
    return [
      {
        domain: from,
        works: null,
        lines: [unknown('dkim.key', 'the provider signs', 'See there that it signs for your domain.')],
      },
    ]
  return [
    {
      domain: from,
      works: null,
      lines: [
        unknown(
          'dkim.key',
          'letters leave here unsigned',
          'Add a key under "dkim:"; or, where your relay signs, name its key under "preflight.relayKeys", so that it can be looked at.',
        ),
      ],
    },
  ]
}

function judgeKey(
  look: DkimLook,
  { domain, selector, privateKey }: { domain: string; selector: string; privateKey: string | null },
): LookedKey {
  const where = look.name
  const bad = (found: string, remedy: string): LookedKey => ({
    domain,
    works: false,
    lines: [blocked('dkim.key', found, remedy, where)],
  })
  const own = privateKey === null ? null : dkimRecord({ domain, selector, privateKey }).value
  const publish = own === null ? 'Publish the key that your relay signs with.' : `Publish as TXT: "${own}"`
  switch (look.kind) {
    case 'unanswered':
      return { domain, works: null, lines: [unknown('dkim.key', 'DNS did not answer', askAgain, where)] }
    case 'absent':
      return bad('there is no such record: signatures cannot be checked', publish)
    case 'revoked':
      return bad('it is revoked ("p=" is empty): every signature fails', 'Sign with another selector.')
    case 'malformed':
      return bad(look.problem, publish)
    case 'key': {
      if (own !== null && !own.endsWith(`p=${look.published}`))
        return bad('it is not the key that signs here: every signature fails', publish)
      if (look.testing)
        return bad(
          'it is marked as a test ("t=y"): receivers treat letters as unsigned',
          'Take "t=y" out of the record.',
        )
      const bits =
        look.algorithm === 'rsa' && look.bits < 2048
          ? warning(
              'dkim.bits',
              `RSA of ${look.bits} bits`,
              'Make a key of 2048 bits under a new selector.',
              where,
            )
          : ok('dkim.bits', look.algorithm === 'rsa' ? `RSA of ${look.bits} bits` : 'Ed25519', where)
      const key =
        look.algorithm === 'ed25519' && privateKey !== null
          ? ok(
              'dkim.key',
              'published; it matches (not all receivers know Ed25519: sign with RSA, too)',
              where,
            )
          : ok('dkim.key', own === null ? 'published' : 'published; it matches', where)
      return { domain, works: true, lines: [key, bits] }
    }
  }
}

function lineOfDmarc(look: DmarcLook, domain: string): PreflightLine {
  switch (look.kind) {
    case 'unanswered':
      return unknown('dmarc.record', 'DNS did not answer', askAgain, `_dmarc.${look.domain}`)
    case 'malformed':
      return blocked(
        'dmarc.record',
        look.problem,
        'Correct the record: as it is it counts as none.',
        `_dmarc.${look.domain}`,
      )
    case 'absent':
      return blocked(
        'dmarc.record',
        `${domain} has none`,
        `Publish a TXT record at _dmarc.${look.organization}: "v=DMARC1; p=none; rua=mailto:YOU@${look.organization}", and make it stricter when the reports are clean.`,
        `_dmarc.${domain}`,
      )
    case 'record': {
      const { record, policy } = look
      const where = `_dmarc.${record.domain}`
      const found = `p=${policy}${record.testing ? ', as a test (t=y)' : ''}`
      return record.reports
        ? ok('dmarc.record', found, where)
        : warning(
            'dmarc.record',
            `${found}, and reports go nowhere`,
            'Add "rua=mailto:..." to hear of failures.',
            where,
          )
    }
  }
}

/** DMARC passes where one of the two speaks for the From domain. */
async function lookAtAlignment(
  look: DmarcLook,
  parts: {
    readonly domain: string
    readonly mailFrom: string | null
    readonly question: SenderQuestion
    readonly found: readonly LookedKey[]
  },
  resolver: Resolver,
): Promise<readonly PreflightLine[]> {
  const { domain, mailFrom, question, found } = parts
  if (look.kind === 'unanswered' || look.kind === 'malformed')
    return [
      unknown(
        'dmarc.aligned',
        'the policy is not known',
        look.kind === 'unanswered' ? askAgain : 'Correct the DMARC policy first.',
      ),
    ]
  const from = { domain, organization: look.organization }
  const modes = look.kind === 'record' ? look.record : ({ dkim: 'relaxed', spf: 'relaxed' } as const)
  const speaks = async (mode: 'relaxed' | 'strict', other: string): Promise<boolean | null> => {
    if (other === domain) return true
    if (mode === 'strict') return false
    const theirs = await lookUpDmarc(other, resolver)
    if (theirs.kind === 'unanswered' || theirs.kind === 'malformed') return null
    return isAligned(mode, from, { domain: other, organization: theirs.organization })
  }
  const byKey = await Promise.all(
    found.map(async (key) => ({ ...key, aligned: await speaks(modes.dkim, key.domain) })),
  )
  const spf = mailFrom === null ? null : await speaks(modes.spf, mailFrom)
  const signs = question.keys.length + question.relayKeys.length > 0
  const good = byKey.find(({ works, aligned }) => works === true && aligned === true)
  if (good !== undefined)
    return [
      ok(
        'dmarc.aligned',
        `DKIM of ${good.domain}${spf === true ? ` and SPF of ${mailFrom}` : ''} (${modes.dkim})`,
      ),
    ]
  const remedy = `Sign with a key of ${domain}${look.organization === domain ? '' : ` or ${look.organization}`}: SPF alone is lost when a letter is forwarded.`
  if (byKey.some(({ works, aligned }) => (works === null && aligned !== false) || aligned === null))
    return [
      unknown('dmarc.aligned', signs ? 'the keys could not be looked at' : 'who signs is not known', remedy),
    ]
  if (spf === true)
    return [warning('dmarc.aligned', `SPF of ${mailFrom} alone: no key that works is of ${domain}`, remedy)]
  if (spf === null && mailFrom !== null)
    return [unknown('dmarc.aligned', `the organization of ${mailFrom} is not known`, remedy)]
  const others = [...new Set([...found.map((key) => key.domain), ...(mailFrom === null ? [] : [mailFrom])])]
  return [
    blocked(
      'dmarc.aligned',
      `nothing that passes speaks for ${domain} (there are ${others.join(', ')})`,
      remedy,
    ),
  ]
}

function lineOfProvider(domain: string): PreflightLine {
  return providerDomains.has(domain)
    ? blocked(
        'from.provider',
        `${domain} is a mailbox provider: only its own servers may send for it`,
        'Send from a domain of your own.',
        domain,
      )
    : ok('from.provider', domain)
}

async function lookAtReplies(address: string, resolver: Resolver): Promise<readonly PreflightLine[]> {
  const domain = domainOf(address)
  const id = 'reply.reachable'
  const [mx, a] = await Promise.all([resolver.mx(domain), resolver.a(domain)])
  if (mx.ok?.some(({ host }) => host === ''))
    return [
      warning(
        id,
        `${domain} takes no mail (RFC 7505)`,
        'Set a sender or "replyTo" that somebody reads.',
        domain,
      ),
    ]
  if (mx.ok !== undefined || a.ok !== undefined) {
    if (/^(no-?reply|do-?not-?reply)@/i.test(address))
      return [
        warning(
          id,
          `${address} asks not to be answered`,
          'Set "replyTo" to an address that somebody reads: answers are a good sign to filters.',
        ),
      ]
    return [ok(id, address)]
  }
  if (!isAbsent(mx.failure) || !isAbsent(a.failure))
    return [unknown(id, 'DNS did not answer', askAgain, domain)]
  return [
    warning(
      id,
      `${domain} has no mail server: replies and bounces are lost`,
      `Publish an MX record at ${domain}.`,
      domain,
    ),
  ]
}
