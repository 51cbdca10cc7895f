import { createComposer } from '../compose/composer.ts'
import { feedbackId } from '../compose/letter.ts'
import { createLetterBuffer } from '../compose/letter-buffer.ts'
import { createLinks, plainUrl } from '../compose/links.ts'
import { BroadsheetError } from '../errors.ts'
import { domainOf } from '../model/address.ts'
import type { TrackingConsent } from '../model/consent.ts'
import type { Json, PublicationId, SubscriberId } from '../model/ids.ts'
import type { NewLink } from '../model/link.ts'
import { mix } from '../personalise/arm.ts'
import type { SharedModel } from '../personalise/model/shared.ts'
import { decodePicks, encodePicks, pickedIds, reasonNumber, storedReason } from '../personalise/picks.ts'
import type { Pick } from '../personalise/ranker.ts'
import { reasonText } from '../personalise/reason.ts'
import { type CompiledLetter, compileLetter, type LetterData, RenderError } from '../template/index.ts'
import { createBatch } from './batch.ts'
import { createChooser, loadRanker } from './chooser.ts'
import { type RenderPlan, readLinks, readPlan, type SharedLinks, type SharedPlan } from './plan.ts'
import type {
  AlertTask,
  CheckResult,
  CheckTask,
  NoticeTask,
  PreviewTask,
  RankerResult,
  RankerTask,
  RefusedPreview,
  RenderedBatch,
  RenderedNotice,
  RenderedPreview,
  RenderedRendition,
  RenderTask,
  RenditionTask,
} from './task.ts'
import { createItemFinder, trackingOf } from './tracking.ts'

/** As `RecipientsJson` lays them out. */
type RecipientRow = readonly [
  id: SubscriberId,
  address: string,
  name: string | null,
  language: string | null,
  timeZone: string | null,
  attributes: { readonly [key: string]: Json },
  topics: { readonly [slug: string]: number },
  tracking: TrackingConsent,
  learned: { readonly [slug: string]: number } | null,
]

/** A plan made ready: everything that is the same for all of its letters. */
interface Press {
  readonly plan: RenderPlan & { readonly publicationId: PublicationId }
  readonly letter: CompiledLetter
  readonly rank: (rows: readonly RecipientRow[], seen: RenderTask['seen']) => readonly (readonly Pick[])[]
  /** `tracked` asks the reader's consent; otherwise the letter is not tracked. */
  readonly data: (row: RecipientRow, picks: readonly Pick[], now: number, tracked?: boolean) => LetterData
  /** What letters held since it was last asked; `only`: what they may hold from now on. */
  readonly told: () => readonly NewLink[]
  readonly restrict: (only: SharedLinks | null) => void
  readonly composer: ReturnType<typeof createComposer>
  readonly links: ReturnType<typeof createLinks>
}

// A thread sees few publications at a time; each one holds its candidates and compiled template.
const maxPresses = 8
const presses = new Map<string, Promise<Press>>()
const noIds: ReadonlySet<number> = new Set()
const buffer = createLetterBuffer()

function press(shared: SharedPlan, encoding: 'plain' | 'quoted-printable'): Promise<Press> {
  const key = `${shared.key}/${encoding}`
  const known = presses.get(key)
  if (known) {
    // The one used last goes last: letters that people look up on the web must not push out those being sent.
    presses.delete(key)
    presses.set(key, known)
    return known
  }
  if (presses.size >= maxPresses) presses.delete(presses.keys().next().value!)
  const made = makePress(readPlan(shared) as Press['plan'], encoding, shared.model)
  presses.set(key, made)
  made.catch(() => presses.delete(key))
  return made
}

async function makePress(
  plan: Press['plan'],
  encoding: 'plain' | 'quoted-printable',
  model: SharedModel | null,
): Promise<Press> {
  const { spec } = plan
  const letter = await compileLetter(spec.bundle, {
    encoding,
    subject: spec.subject,
    assetsUrl: plan.assetsUrl,
    budgets: plan.budgets,
    language: spec.language,
    timeZone: spec.timeZone,
    // What is shown to people here is not tracked.
    tracking: plan.tracking === null || encoding === 'plain' ? null : { own: plainUrl(plan.publicUrl) },
  })
  const itemOf = createItemFinder(spec.candidates)
  let restricted = false
  const chooser = await createChooser(plan.publicationId, spec, model)
  const links = createLinks({ secrets: plan.secrets, publicUrl: plan.publicUrl })
  const composer = createComposer({
    from: { address: spec.sender.address, name: spec.sender.name },
    replyTo: spec.sender.replyTo,
    list: plan.transactional ? null : spec.list,
    feedbackId: feedbackId({
      publicationId: plan.publicationId,
      campaign: spec.campaign.name,
      list: spec.list.name,
      senderDomain: domainOf(spec.sender.address),
    }),
    messageIdDomain: plan.messageIdDomain,
    dkim: plan.dkim,
  })
  const campaign = { name: spec.campaign.name, title: spec.campaign.title, data: spec.data }
  // An item with its reason is the same object in letter after letter: a few views a candidate and language,
  // made once, instead of ten a letter.
  const views = new Map<string, LetterData['items'][number][][]>()
  const viewOf = (pick: Pick, language: string): LetterData['items'][number] => {
    let perCandidate = views.get(language)
    if (perCandidate === undefined) {
      perCandidate = spec.candidates.map(() => [])
      views.set(language, perCandidate)
    }
    const candidate = spec.candidates[pick.index]!
    const known = perCandidate[pick.index]!
    const number = reasonNumber(pick.reason, candidate)
    const view = known[number] ?? { ...candidate, reason: reasonText(pick.reason, spec.topics, language) }
    known[number] = view
    return view
  }
  return {
    plan,
    letter,
    links,
    composer,
    rank(rows, seen) {
      const had = new Map<number, Set<number>>()
      for (const { subscriberId, picks } of seen) {
        const ids = had.get(subscriberId) ?? new Set()
        pickedIds(picks, ids)
        had.set(subscriberId, ids)
      }
      return chooser.choose(
        rows.map((row) => ({
          id: row[0],
          request: {
            interests: row[6],
            language: row[3] ?? spec.language,
            seen: had.get(row[0]) ?? noIds,
            learned: row[8],
            seed: mix(plan.publicationId, row[0]),
          },
        })),
      )
    },
    told: () => letter.links?.take().map((link) => ({ ...link, itemId: itemOf(link.url) })) ?? [],
    restrict(only) {
      if (only === null || restricted) return
      restricted = true
      letter.links?.restrict(readLinks(only))
    },
    data([id, address, name, language, timeZone, attributes, topics, consent], picks, now, tracked = false) {
      const addresses = links.addresses(plan.publicationId, id)
      const spoken = editionOf(plan, language)
      return {
        subscriber: { id, address, name, language, timeZone, attributes, topics },
        items: picks.map((pick) => viewOf(pick, spoken)),
        campaign,
        list: spec.list,
        links: addresses.urls,
        tracking: tracked ? trackingOf(plan.tracking, consent, addresses) : null,
        now,
      }
    },
  }
}

/** The language that a reader's letter is in: reasons are said in it, too. */
function editionOf({ spec }: RenderPlan, language: string | null): string {
  const { variants } = spec.bundle.template
  if (language === null) return spec.language
  if (Object.hasOwn(variants, language)) return language
  const [primary] = language.split('-')
  return Object.hasOwn(variants, primary!) ? primary! : spec.language
}

function tooFew(plan: RenderPlan, picks: readonly Pick[]): boolean {
  const { count, minimum } = plan.spec.selection
  return count > 0 && picks.length < Math.min(minimum, count)
}

async function letters(task: RenderTask): Promise<RenderedBatch> {
  const { plan, letter, links, composer, rank, data, told, restrict } = await press(
    task.plan,
    'quoted-printable',
  )
  const { spec } = plan
  restrict(task.only)
  const rows = JSON.parse(task.recipients) as RecipientRow[]
  const chosen = rank(rows, task.seen)
  const before = new Map(task.chosen?.map(({ subscriberId, picks }) => [subscriberId, picked(picks, plan)]))
  const batch = createBatch(buffer, task.memory)
  for (const [i, row] of rows.entries()) {
    const id = row[0]
    const mine = before.get(id) ?? chosen[i]!
    if (tooFew(plan, mine)) {
      batch.skip(id)
      continue
    }
    batch.add(id, spec.bundle.template.name, () => {
      const letterData = data(row, mine, task.now, true)
      const rendered = letter.render(letterData)
      const messageId = links.messageId(plan.publicationId, id, spec.channel, plan.messageIdDomain)
      const { utf8 } = composer.compose(
        {
          to: row[1],
          toName: row[2],
          subject: rendered.subject,
          html: rendered.html,
          text: rendered.text,
          language: rendered.language,
          date: task.now,
          messageId,
          unsubscribeUrl: letterData.links.unsubscribe,
        },
        buffer,
      )
      return { to: row[1], key: messageId, utf8, picks: encodePicks(mine, spec.candidates) }
    })
    if (task.dry) buffer.truncate(0)
  }
  return batch.finish(told())
}

const noPicks = new Uint8Array(0)

async function preview(task: PreviewTask): Promise<RenderedPreview> {
  const looks = await press(task.plan, 'plain')
  const mails = await press(task.plan, 'quoted-printable')
  const [row] = JSON.parse(task.recipients) as RecipientRow[]
  if (!row) throw new Error('preview: no recipient')
  const [mine] = looks.rank([row], task.seen)
  const data = looks.data(row, mine!, task.now)
  const shown = looks.letter.render(data)
  const mailed = mails.letter.render(data)
  const { plan } = mails
  const channel = task.copy === null ? plan.spec.channel : `${plan.spec.channel}#${task.copy}`
  const key = mails.links.messageId(plan.publicationId, row[0], channel, plan.messageIdDomain)
  buffer.reset()
  const { utf8 } = mails.composer.compose(
    {
      to: row[1],
      toName: row[2],
      subject: mailed.subject,
      html: mailed.html,
      text: mailed.text,
      language: mailed.language,
      date: task.now,
      messageId: key,
      unsubscribeUrl: data.links.unsubscribe,
    },
    buffer,
  )
  return {
    to: row[1],
    subject: shown.subject,
    preheader: shown.preheader,
    html: shown.html,
    text: shown.text,
    language: shown.language,
    mime: Uint8Array.from(buffer.bytes(0, buffer.length)),
    utf8,
    key,
    picks: encodePicks(mine!, plan.spec.candidates),
    interpreted: mails.letter.interpreted,
  }
}

function refused(error: unknown): RefusedPreview {
  if (error instanceof RenderError) return { refused: error.message }
  throw error
}

async function rendition(task: RenditionTask): Promise<RenderedRendition> {
  const { plan, letter, rank, data } = await press(task.plan, 'plain')
  const [row] = JSON.parse(task.recipients) as RecipientRow[]
  if (!row) throw new Error('rendition: no recipient')
  const picks = task.picks === null ? rank([row], [])[0]! : picked(task.picks, plan)
  const made = data(row, picks, task.now)
  try {
    const { subject, preheader, html, text, language } = letter.render(
      task.links === null ? made : { ...made, links: task.links },
    )
    return { subject, preheader, html, text, language }
  } catch (error) {
    // Classes do not cross threads; codes do.
    throw error instanceof RenderError ? new BroadsheetError('E_RENDER', error.message) : error
  }
}

/** What the ledger says a letter held. */
function picked(picks: Uint8Array, { spec }: RenderPlan): readonly Pick[] {
  const indexes = new Map(spec.candidates.map(({ id }, index) => [id as number, index]))
  return decodePicks(picks).flatMap(({ itemId, reason }): Pick[] => {
    const index = indexes.get(itemId)
    return index === undefined ? [] : [{ index, reason: storedReason(reason, spec.candidates[index]!) }]
  })
}

async function notice(task: NoticeTask): Promise<RenderedNotice> {
  const { plan, letter, links, composer, data } = await press(task.plan, 'quoted-printable')
  const [row] = JSON.parse(task.recipients) as RecipientRow[]
  if (!row) throw new Error('notice: no recipient')
  const common = data(row, [], task.now)
  const rendered = letter.render({
    ...common,
    links: { ...common.links, ...task.links },
    campaign: { ...common.campaign, data: task.data },
  })
  const key = links.messageId(plan.publicationId, row[0], task.mail, plan.messageIdDomain)
  buffer.reset()
  const { utf8 } = composer.compose(
    {
      to: row[1],
      toName: row[2],
      subject: rendered.subject,
      html: rendered.html,
      text: rendered.text,
      language: rendered.language,
      date: task.now,
      messageId: key,
      unsubscribeUrl: '',
    },
    buffer,
  )
  return { to: row[1], mime: Uint8Array.from(buffer.bytes(0, buffer.length)), utf8, key }
}

/** Beside a recipient's row, what is only theirs. */
type AlertRow = readonly [
  ...row: RecipientRow,
  messageId: string,
  links: { readonly acknowledge: string; readonly manage: string },
]

async function alerts(task: AlertTask): Promise<RenderedBatch> {
  const { plan, letter, composer, data } = await press(task.plan, 'quoted-printable')
  const rows = JSON.parse(task.recipients) as AlertRow[]
  const facts = JSON.parse(task.data) as { readonly [key: string]: Json }
  const batch = createBatch(buffer, null)
  for (const row of rows) {
    const [id, address, name, , , , , , , messageId, links] = row
    batch.add(id, plan.spec.bundle.template.name, () => {
      const common = data(row as unknown as RecipientRow, [], task.now)
      const rendered = letter.render({
        ...common,
        links: { ...common.links, ...links },
        campaign: { ...common.campaign, data: facts },
      })
      const { utf8 } = composer.compose(
        {
          to: address,
          toName: name,
          subject: rendered.subject,
          html: rendered.html,
          text: rendered.text,
          language: rendered.language,
          date: task.now,
          messageId,
          references: task.references,
          unsubscribeUrl: '',
        },
        buffer,
      )
      return { to: address, key: messageId, utf8, picks: noPicks }
    })
  }
  return batch.finish([])
}

async function check(task: CheckTask): Promise<CheckResult> {
  const { letter } = await press(task.plan, 'quoted-printable')
  return { problems: letter.problems, interpreted: letter.interpreted }
}

async function ranker({ module }: RankerTask): Promise<RankerResult> {
  try {
    // Only here: it brings the schemas of settings, 6 MB that no other task of a thread needs.
    const { checkRanker } = await import('../personalise/contract.ts')
    return { problems: checkRanker(await loadRanker(module)) }
  } catch (error) {
    return { problems: [`cannot be used: ${error instanceof Error ? error.message : String(error)}`] }
  }
}

/** Entry of a render thread. */
export default function run(
  task: RenderTask | PreviewTask | RenditionTask | NoticeTask | AlertTask | CheckTask | RankerTask,
): Promise<
  | RenderedBatch
  | RenderedPreview
  | RefusedPreview
  | RenderedRendition
  | RenderedNotice
  | CheckResult
  | RankerResult
> {
  switch (task.kind) {
    case 'letters':
      return letters(task)
    case 'preview':
      return preview(task).catch(refused)
    case 'rendition':
      return rendition(task)
    case 'notice':
      return notice(task)
    case 'alerts':
      return alerts(task)
    case 'check':
      return check(task)
    case 'ranker':
      return ranker(task)
  }
}
