import { z } from 'zod'
import { parseAddress } from '../../../../engine/model/address.ts'
import type { Api } from '../../api.ts'
import { lineOf, readForm } from '../form.ts'
import { errorSummary, type FieldErrors, hidden, inputField, isTrapped, notice } from '../page/fields.ts'
import { html } from '../page/html.ts'
import { busy, elsewhere } from '../page/plain-pages.ts'
import type { Words } from '../page/words.ts'
import {
  type Answer,
  fromElsewhere,
  maskAddress,
  type PageParts,
  pageRoute,
  proofOf,
  wordsFor,
} from '../parts.ts'

const purpose = 'own-link'
const params = z.strictObject({})

/** For people without a letter at hand: their link comes by mail. Whoever asks learns nothing. */
export function ownLinkRoutes(app: Api, parts: PageParts): void {
  const { engine, gate, tokens, log } = parts

  const form = (
    words: Words,
    address: string,
    token: string,
    errors: FieldErrors<'address'> = {},
    note: string | null = null,
  ): Answer => ({
    words,
    page: {
      title: words.link.title,
      status: note !== null || errors.address !== undefined ? 400 : 200,
      open: true,
      body: html`${errorSummary(errors, words)}${note === null ? null : notice(note)}<p class="lead">${words.link.about}</p>
<form method="post" novalidate>
${hidden(token, words)}${inputField({
  id: 'address',
  type: 'email',
  label: words.address,
  value: address,
  error: errors.address,
  autocomplete: 'email',
  required: true,
  maxLength: 320,
})}<button type="submit">${words.link.button}</button>
</form>`,
    },
  })
  const sent = (words: Words, who: string): Answer => ({
    words,
    page: {
      title: words.link.sentTitle,
      body: html`<p class="lead" role="status">${words.link.sent(who)}</p>
<p class="soft">${words.signUp.sentHint}</p>`,
    },
  })

  pageRoute(app, parts, {
    method: 'GET',
    url: '/p',
    summary: 'The form that mails people the link to their own page',
    description: 'Changes nothing.',
    done: 'The form.',
    params,
    handler: async (visit) => form(wordsFor(parts, visit), '', tokens.issue(purpose)),
  })

  pageRoute(app, parts, {
    method: 'POST',
    url: '/p',
    summary: 'Mail people the link to their own page',
    description: 'Says the same whether the address is known or not. Limited by IP address and by mailbox.',
    done: 'The same words whether the address is known or not.',
    params,
    fields: {
      address: { type: 'string', format: 'email' },
      form: { type: 'string', description: 'The form’s own token.' },
    },
    handler: async (visit) => {
      const words = wordsFor(parts, visit)
      if (fromElsewhere(visit)) return elsewhere(words)
      const wait = await gate.form(visit.ip)
      if (wait !== null) return busy(words, wait)
      const said = readForm(visit.body)
      const typed = lineOf(said, 'address').slice(0, 400)
      if (isTrapped(said)) return sent(words, maskAddress(typed))
      const given = said.get('form')
      const age = tokens.age(given, purpose)
      const token = age === 'early' || age === 'fresh' ? given! : tokens.issue(purpose)
      const address = parseAddress(typed)
      if ('error' in address)
        return form(words, typed, token, {
          address: typed === '' ? words.addressMissing : words.addressWrong,
        })
      if (age !== 'fresh') return form(words, typed, token, {}, age === 'early' ? words.again : words.formOld)
      if (await gate.mail(address.ok)) {
        await engine.subscriptions.mailManageLink(address.ok, proofOf(parts, visit, 'page', null))
        log.info({}, 'pages.link_asked')
      } else log.info({}, 'pages.mailbox_limited')
      return sent(words, maskAddress(address.ok))
    },
  })
}
