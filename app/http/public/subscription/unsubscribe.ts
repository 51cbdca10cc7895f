import type { ListId, PublicationId } from '../../../../engine/model/ids.ts'
import { departedStatuses } from '../../../../engine/model/subscriber.ts'
import type { PersonView } from '../../../../engine/subscriptions.ts'
import type { Api } from '../../api.ts'
import { lineOf, readForm } from '../form.ts'
import { badLink } from '../page/plain-pages.ts'
import { leaveReasons } from '../page/words.ts'
import {
  type Answer,
  maskAddress,
  type PageParts,
  pageRoute,
  proofOf,
  tokenParams,
  type Visit,
  wordsFor,
} from '../parts.ts'
import { type UnsubscribeView, unsubscribePage } from './unsubscribe-page.ts'

interface Asked {
  readonly person: PersonView
  readonly publicationId: PublicationId | null
  /** The publication's; empty where it is gone or the link came without a letter. */
  readonly listIds: readonly ListId[]
}

const maxReason = 1900

/** The way out, for people (a page) and for mail programs (RFC 8058). The token is the permission; a GET changes
 *  nothing, since scanners of mail open every link; a POST does, and repeating it changes nothing more. The form
 *  carries no token of its own: a mail program posts without having seen it, from wherever it is. */
export function unsubscribeRoutes(app: Api, parts: PageParts): void {
  const { engine, log } = parts
  const { store } = engine

  /** `shown`: nothing is decided on it. */
  const find = async (token: string, as?: 'shown'): Promise<Asked | null> => {
    const read = engine.subscriptions.readToken(token)
    if (read?.purpose !== 'manage') return null
    const person = await engine.subscriptions[as ?? 'person'](read.subscriberId)
    if (person === null) return null
    const { publicationId } = read
    // A publication that is gone names no list; leaving everything still works.
    const publication = publicationId === null ? null : await store.publications.get(publicationId)
    // Whom a segment brought has nothing to do with the publication's lists: there is only everything to leave.
    const known = new Set(person.memberships.map(({ listId }) => listId))
    const listIds = (publication?.spec.listIds ?? []).filter((id) => known.has(id))
    return { person, publicationId, listIds }
  }

  /** Titles of the publication's lists, and which lists this person is still on. */
  const standing = async ({ person, listIds }: Asked) => {
    const active = person.memberships.filter(({ membership }) => membership === 'active')
    const departed = departedStatuses.includes(person.subscriber.status)
    const lists = await Promise.all(listIds.map((id) => store.lists.get(id)))
    const titles = (ids: readonly ListId[]): string[] =>
      lists.flatMap((list) => (list !== null && ids.includes(list.id) ? [list.title] : []))
    return {
      on: departed ? [] : titles(active.map(({ listId }) => listId)),
      titles: titles(listIds),
      others: !departed && active.some(({ listId }) => !listIds.includes(listId)),
      departed,
    }
  }

  const answer = (visit: Visit, token: string, asked: Asked, view: UnsubscribeView): Answer => {
    const words = wordsFor(parts, visit, asked.person.subscriber.language)
    return unsubscribePage(view, words, `${parts.theme.base}/p/${token}`)
  }

  pageRoute(app, parts, {
    method: 'GET',
    url: '/u/:token',
    summary: 'The unsubscribe page',
    description: 'Changes nothing.',
    done: 'What would be left, and the buttons that do it.',
    params: tokenParams,
    handler: async (visit) => {
      const { token } = visit.params
      const asked = await find(token, 'shown')
      if (asked === null) return badLink(wordsFor(parts, visit))
      const who = maskAddress(asked.person.subscriber.address)
      const { on, titles, others, departed } = await standing(asked)
      if (departed) return answer(visit, token, asked, { kind: 'left-all', who })
      // On none of them any more, unless the publication had none that is left to name.
      if (on.length === 0 && titles.length > 0)
        return answer(visit, token, asked, { kind: 'gone', who, lists: titles, others })
      return answer(visit, token, asked, { kind: 'ask', who, lists: on })
    },
  })

  pageRoute(app, parts, {
    method: 'POST',
    url: '/u/:token',
    summary: 'Unsubscribe',
    description:
      'One-click by a mail program (RFC 8058: `List-Unsubscribe=One-Click`) or the page’s own form: leaves the lists ' +
      'of the publication, or everything with `choice=all`. Repeating it changes nothing.',
    done: 'Done.',
    params: tokenParams,
    alsoMultipart: true,
    fields: {
      'List-Unsubscribe': { type: 'string', const: 'One-Click' },
      choice: { type: 'string', enum: ['list', 'all'] },
      reason: { type: 'string', enum: [...leaveReasons] },
      more: { type: 'string', description: 'The reason in one’s own words.' },
    },
    handler: async (visit) => {
      const { token } = visit.params
      const asked = await find(token)
      if (asked === null) return badLink(wordsFor(parts, visit))
      const { person, publicationId, listIds } = asked
      const { id, address } = person.subscriber
      const said = readForm(visit.body)
      const everything = said.get('choice') === 'all' || listIds.length === 0
      const who = maskAddress(address)
      if (!departedStatuses.includes(person.subscriber.status)) {
        const { changed } = await engine.subscriptions.leave(
          id,
          everything ? 'all' : listIds,
          publicationId,
          // A choice is made on the page alone.
          proofOf(parts, visit, said.has('choice') ? 'page' : 'letter', reasonOf(said)),
        )
        log.info({ subscriberId: id, publicationId, everything, changed }, 'subscriber.left')
      }
      if (everything) return answer(visit, token, asked, { kind: 'left-all', who })
      const after = await find(token)
      if (after === null) return badLink(wordsFor(parts, visit))
      const { titles, others } = await standing(after)
      return answer(visit, token, asked, { kind: 'left', who, lists: titles, others })
    },
  })
}

/** `too_many: every day is too much`; null where nothing was said. */
function reasonOf(said: URLSearchParams): string | null {
  const reason = leaveReasons.find((known) => known === said.get('reason'))
  const more = lineOf(said, 'more').slice(0, maxReason)
  if (reason === undefined) return more === '' ? null : `other: ${more}`
  return more === '' ? reason : `${reason}: ${more}`
}
