import type { PersonView } from '../../../../engine/subscriptions.ts'
import type { Api } from '../../api.ts'
import { readForm } from '../form.ts'
import { hidden, isTrapped, notice } from '../page/fields.ts'
import { html } from '../page/html.ts'
import { badLink, elsewhere } from '../page/plain-pages.ts'
import type { Words } from '../page/words.ts'
import {
  type Answer,
  fromElsewhere,
  maskAddress,
  type PageParts,
  pageRoute,
  proofOf,
  tokenParams,
  wordsFor,
} from '../parts.ts'

/** The second half of a double opt-in. A GET only shows the button: programs that look through mail open every link,
 *  and what they open must confirm nothing. */
export function confirmRoutes(app: Api, parts: PageParts): void {
  const { engine, tokens, log } = parts
  const purposeOf = (token: string) => `confirm ${token}`

  const find = async (token: string): Promise<PersonView | null> => {
    const read = engine.subscriptions.readToken(token)
    return read?.purpose === 'confirm' ? engine.subscriptions.person(read.subscriberId) : null
  }

  function question(words: Words, person: PersonView, token: string, note: string | null): Answer {
    const who = maskAddress(person.subscriber.address)
    const waiting = person.memberships.filter(({ membership }) => membership === 'unconfirmed')
    const { status } = person.subscriber
    // Somebody who had left and wants to come back waits without a list that shows it.
    if (waiting.length === 0 && (status === 'active' || status === 'paused'))
      return {
        words,
        page: {
          title: words.confirm.nothingTitle,
          body: html`<p class="lead">${words.confirm.nothing(who)}</p>`,
        },
      }
    const lists = waiting.map(({ title }) => title)
    return {
      words,
      page: {
        title: words.confirm.title,
        body: html`${note === null ? null : notice(note)}<p class="lead">${
          lists.length === 0 ? words.confirm.questionAll(who) : words.confirm.question(who, words.join(lists))
        }</p>
<form method="post">
${hidden(tokens.issue(purposeOf(token)), words)}<button type="submit">${words.confirm.button}</button>
</form>
<section><p class="soft">${words.confirm.ignore}</p></section>`,
      },
    }
  }

  pageRoute(app, parts, {
    method: 'GET',
    url: '/s/confirm/:token',
    summary: 'The page that confirms a subscription',
    description: 'Changes nothing: the button on it does.',
    done: 'What would be confirmed, and the button.',
    params: tokenParams,
    handler: async (visit) => {
      const person = await find(visit.params.token)
      const words = wordsFor(parts, visit, person?.subscriber.language)
      return person === null ? badLink(words) : question(words, person, visit.params.token, null)
    },
  })

  pageRoute(app, parts, {
    method: 'POST',
    url: '/s/confirm/:token',
    summary: 'Confirm a subscription',
    description: 'Everything that waits for it. Repeating it changes nothing.',
    done: 'Done, or the page again where its form had been open for too long.',
    params: tokenParams,
    fields: { form: { type: 'string', description: 'The form’s own token.' } },
    handler: async (visit) => {
      const { token } = visit.params
      const person = await find(token)
      const words = wordsFor(parts, visit, person?.subscriber.language)
      if (person === null) return badLink(words)
      if (fromElsewhere(visit)) return elsewhere(words)
      const said = readForm(visit.body)
      const age = tokens.age(said.get('form'), purposeOf(token))
      // One press needs no time to fill in.
      if (isTrapped(said) || age === 'none' || age === 'old')
        return question(words, person, token, words.formOld)
      const { id, address } = person.subscriber
      const outcome = await engine.subscriptions.confirm(
        id,
        proofOf(parts, visit, 'page', words.confirm.button),
      )
      log.info({ subscriberId: id, outcome }, 'pages.confirmed')
      switch (outcome) {
        case 'done':
          return {
            words,
            page: {
              title: words.confirm.doneTitle,
              body: html`<p class="lead" role="status">${words.confirm.done(maskAddress(address))}</p>`,
            },
          }
        case 'gone':
          return {
            words,
            page: {
              title: words.confirm.goneTitle,
              body: html`<p class="lead" role="alert">${words.confirm.gone}</p>`,
            },
          }
      }
    },
  })
}
