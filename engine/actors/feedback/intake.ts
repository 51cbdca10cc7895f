import { providerOf } from '../../analytics/provider.ts'
import type { Clock } from '../../clock.ts'
import type { EngineConfig } from '../../config.ts'
import { BroadsheetError } from '../../errors.ts'
import type { ReportKind } from '../../feedback/report.ts'
import type { Judge, Verdict } from '../../feedback/rules/judge.ts'
import { verdictOfRefusal } from '../../feedback/rules/refusal.ts'
import type { Log } from '../../log.ts'
import { domainOf, parseAddress } from '../../model/address.ts'
import { bareProof } from '../../model/consent.ts'
import type { EpochMs, PublicationId, SubscriberId } from '../../model/ids.ts'
import type { BounceClass } from '../../model/rollup.ts'
import type { Subscriber } from '../../model/subscriber.ts'
import type { Store } from '../../ports/store.ts'
import type { SubscriptionActors } from '../subscription.ts'
import type { Clues, Finder, FoundLetter } from './finder.ts'
import { createSoftCount } from './soft-count.ts'

/** What somebody says about a letter after it was taken. */
export interface Feedback {
  readonly kind: Exclude<ReportKind, 'none'>
  /** The server's own answer, where there is one. */
  readonly status: string | null
  readonly smtp: number | null
  readonly text: string
  readonly context?: string
  /** How whoever tells it has classed it; null: the rule table does. An operator's own rules go before it. */
  readonly class?: BounceClass | null
  readonly at: EpochMs | null
  /** The same whenever this is told again, e.g. `bounce:sendgrid:ID`; null: nothing says so. */
  readonly key: string | null
}

/** What became of it. `repeated`: it was heard before. `unproven`: it says nothing that only the letter could know.
 *  `erased`: of somebody of whom nothing is kept. `noted`: told, and nothing else. */
export interface Heard {
  readonly outcome:
    | 'suppressed'
    | 'counted'
    | 'noted'
    | 'left'
    | 'ignored'
    | 'repeated'
    | 'unproven'
    | 'erased'
    | 'nobody'
  readonly class: BounceClass | null
  readonly rule: string | null
  readonly subscriberId: SubscriberId | null
  readonly publicationId: PublicationId | null
}

/** What was heard, for whoever counts. Ids and words of ours, no addresses. */
export interface HeardFact {
  readonly way: string
  readonly kind: Feedback['kind']
  readonly outcome: Heard['outcome']
  readonly class: BounceClass | null
  /** Who runs the mailbox, as far as the domain tells; `other`. */
  readonly provider: string
}

export interface FeedbackIntake {
  /** Settled once a `key`, and once a letter and class: what is told again, by whatever way, changes nothing. Refuses with
   *  E_STORE_BUSY while the same is being heard elsewhere. */
  hear(feedback: Feedback, clues: Clues, way: string): Promise<Heard>
  /** A letter was refused for good with an answer that may pass. */
  countRefused(id: SubscriberId, words: string, publicationId: PublicationId | null): Promise<void>
  /** A mail that no campaign sends was refused. */
  refused(
    row: Subscriber,
    refusal: { readonly code: string; readonly detail: string; readonly suppress: boolean },
  ): Promise<void>
}

const claimMs = 2 * 60_000
// Providers try for days at most, and a mailbox may be read again after it was restored.
const keepMs = 30 * 86_400_000
const maxDetail = 500

export function createFeedbackIntake(parts: {
  readonly config: EngineConfig['bounces']
  readonly store: Pick<
    Store,
    'suppressions' | 'subscriptions' | 'subscribers' | 'events' | 'replies' | 'softBounces' | 'deliveries'
  >
  readonly actors: SubscriptionActors
  readonly find: Finder
  readonly judge: Judge
  readonly told: (fact: HeardFact, publicationId: PublicationId | null) => void
  readonly clock: Clock
  readonly log: Log
}): FeedbackIntake {
  const { config, store, actors, find, judge, told, clock, log } = parts
  const soft = createSoftCount({ config, store })

  /** The address is never mailed again, and its subscription ends with these words as proof. */
  async function suppress(
    kind: 'bounce' | 'complaint',
    address: string,
    row: Subscriber | null,
    said: { readonly code: string | null; readonly detail: string | null },
  ): Promise<void> {
    const now = clock.now()
    const { code, detail } = said
    await store.suppressions.add([{ address, reason: kind, detail: detail ?? code }], now)
    if (row === null) return
    const type = kind === 'bounce' ? 'bounce' : 'complain'
    await actors.apply(row.id, ({ status }) =>
      status === 'erased'
        ? null
        : {
            event: { type },
            consents: [{ ...bareProof('provider', now), words: code ?? detail, kind: type, lists: [] }],
            now,
          },
    )
  }

  async function leave(row: Subscriber, letter: FoundLetter | null, words: string): Promise<void> {
    const now = clock.now()
    await actors.apply(row.id, ({ status }) =>
      status === 'erased'
        ? null
        : {
            event: { type: 'unsubscribe' },
            leave: 'all',
            publicationId: letter?.publicationId ?? null,
            consents: [{ ...bareProof('provider', now), words, kind: 'unsubscribe', lists: [] }],
            now,
          },
    )
  }

  /** Has this letter's bounce of that class, or its complaint, been written by another way? */
  async function isWritten(
    row: Subscriber,
    { publicationId }: FoundLetter,
    type: 'bounced' | 'complained',
    bounce: BounceClass | null,
  ): Promise<boolean> {
    const { rows } = await store.events.page({
      publicationId,
      subscriberId: row.id,
      type,
      after: 0,
      limit: 100,
    })
    return rows.some(({ detail }) => bounce === null || detail?.startsWith(`${bounce}:`) === true)
  }

  async function settle(feedback: Feedback, clues: Clues): Promise<Heard> {
    const { kind, status, smtp, text, context } = feedback
    const found = await find(clues)
    const { row, letter } = found
    const address = found.own ? (row?.address ?? clues.addresses[0] ?? null) : (row?.address ?? null)
    const base = {
      class: null,
      rule: null,
      subscriberId: row?.id ?? null,
      publicationId: letter?.publicationId ?? null,
    }
    if (!found.proven && !config.believeUnproven) return { ...base, outcome: 'unproven' }
    if (row === null && (address === null || (await store.subscriptions.wasErased(address))))
      return { ...base, outcome: address === null ? 'nobody' : 'erased' }
    const code = status ?? (smtp === null ? null : String(smtp))

    if (kind === 'unsubscribe') {
      if (row === null) return { ...base, outcome: 'nobody' }
      await leave(row, letter, text)
      return { ...base, outcome: 'left' }
    }
    const verdict = kind === 'bounce' ? verdictOf(feedback, address, found.own) : null
    const said = { ...base, class: verdict?.class ?? null, rule: verdict?.rule ?? null }
    if (verdict?.action === 'ignore') return { ...said, outcome: 'ignored' }

    const type = kind === 'bounce' ? 'bounced' : 'complained'
    const repeated = row !== null && letter !== null && (await isWritten(row, letter, type, said.class))
    let outcome: Heard['outcome'] = repeated ? 'repeated' : 'noted'
    const words = verdict === null ? text || null : `${verdict.class}: ${text || context || 'no words'}`
    const detail = words?.slice(0, maxDetail) ?? null
    if (kind === 'complaint' || verdict?.action === 'suppress') {
      await suppress(kind, address!, row, {
        code: code ?? (kind === 'complaint' ? text || null : null),
        detail: text || null,
      })
      if (row !== null) await store.softBounces.clear(row.id)
      outcome = repeated ? 'repeated' : 'suppressed'
    } else if (verdict?.action === 'count' && row !== null && !repeated) {
      const { score, over } = await soft.add(
        row.id,
        feedback.at ?? clock.now(),
        letter?.publicationId ?? null,
      )
      outcome = over ? 'suppressed' : 'counted'
      if (over)
        await suppress('bounce', row.address, row, {
          code,
          detail: `soft-bounced ${score.toFixed(1)} of ${config.softLimit}: ${detail}`.slice(0, maxDetail),
        })
    }
    if (row !== null && letter !== null && !repeated)
      await store.events.append([
        {
          ...letter,
          subscriberId: row.id,
          type,
          at: Math.min(feedback.at ?? clock.now(), clock.now()),
          code,
          detail,
          key: feedback.key === null ? null : `${feedback.key}:${row.id}`,
        },
      ])
    return { ...said, outcome }
  }

  function verdictOf(feedback: Feedback, address: string | null, own: boolean): Verdict {
    const domain = address === null ? null : domainOf(address)
    const { status, smtp, text, context } = feedback
    const judged = judge({ status, smtp, text, domain, ...(context === undefined ? {} : { context }) })
    const given = feedback.class ?? null
    const verdict = given === null || judged.own ? judged : judge.of(given)
    // Their own mailbox took it and sent it on: what is beyond it may be bad, and they may not know.
    return !own && verdict.action === 'suppress' ? { ...verdict, class: 'soft', action: 'count' } : verdict
  }

  async function countRefused(id: SubscriberId, words: string, publicationId: PublicationId | null) {
    const { score, over } = await soft.add(id, clock.now(), publicationId)
    if (!over) return
    const [person] = await store.subscribers.get([id])
    if (person === undefined || person.status === 'erased') return
    const detail = `soft-bounced ${score.toFixed(1)} of ${config.softLimit}: ${words}`.slice(0, maxDetail)
    await suppress('bounce', person.address, person, { code: null, detail })
  }

  return {
    async hear(feedback, clues, way) {
      const addresses = clues.addresses.flatMap((text) => {
        const parsed = parseAddress(text)
        return 'ok' in parsed ? [parsed.ok] : []
      })
      const key = feedback.key === null ? null : `feedback:${feedback.key}`.slice(0, 250)
      if (key !== null) {
        const now = clock.now()
        const claim = await store.replies.claim({ key, fingerprint: key, now, expiresAt: now + claimMs })
        if (claim.status === 'done')
          return { outcome: 'repeated', class: null, rule: null, subscriberId: null, publicationId: null }
        if (claim.status !== 'new') throw new BroadsheetError('E_STORE_BUSY', 'This is being heard just now.')
      }
      let heard: Heard
      try {
        heard = await settle(feedback, { ...clues, addresses })
      } catch (error) {
        if (key !== null) await store.replies.drop(key)
        throw error
      }
      // What proves nothing takes no place either: the real report may still come.
      if (key !== null && heard.outcome === 'unproven') await store.replies.drop(key)
      else if (key !== null) await store.replies.save(key, { status: 204, body: '' }, clock.now() + keepMs)
      const { outcome, subscriberId, publicationId, rule } = heard
      const domain = addresses[0] === undefined ? null : domainOf(addresses[0])
      log.info(
        { way, kind: feedback.kind, outcome, class: heard.class, rule, domain, subscriberId, publicationId },
        'feedback.heard',
      )
      const provider = domain === null ? 'other' : providerOf(domain)
      told({ way, kind: feedback.kind, outcome, class: heard.class, provider }, publicationId)
      return heard
    },

    countRefused,

    async refused(row, refusal) {
      const verdict = verdictOfRefusal(judge, refusal, row.address)
      if (verdict?.action === 'suppress') await suppress('bounce', row.address, row, refusal)
      else if (verdict?.action === 'count')
        await countRefused(row.id, `${refusal.code} ${refusal.detail}`, null)
    },
  }
}
