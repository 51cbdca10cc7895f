import type { List } from '../../../../engine/model/list.ts'
import {
  choice,
  errorOf,
  errorSummary,
  type FieldErrors,
  hidden,
  inputField,
  notice,
} from '../page/fields.ts'
import { html } from '../page/html.ts'
import type { Words } from '../page/words.ts'
import type { Answer, PageParts } from '../parts.ts'
import { hashcashScript } from './hashcash.ts'

export interface SignUpFields {
  readonly address: string
  readonly name: string
  readonly lists: readonly string[]
}

/** What somebody agrees to who presses the button: shown beside it, and kept with the subscription. Of several
 *  lists it is not known beforehand which will be chosen. */
export const consentOf = (
  { theme }: Pick<PageParts, 'theme'>,
  words: Words,
  lists: readonly List[],
): string =>
  lists.length === 1
    ? words.signUp.consent(theme.title, words.join([lists[0]!.title]))
    : words.signUp.consentMany(theme.title)

export function signUpPage(
  parts: Pick<PageParts, 'theme' | 'config'>,
  words: Words,
  view: {
    readonly lists: readonly List[]
    readonly fields: SignUpFields
    readonly token: string
    readonly errors?: FieldErrors<'address' | 'name' | 'list'>
    readonly note?: string | null
    readonly status?: number
  },
): Answer {
  const { lists, fields, token, errors = {}, note = null, status = 200 } = view
  const { theme, config } = parts
  const [only] = lists.length === 1 ? lists : []
  const works = config.proofOfWork === 'hashcash'
  const which =
    only === undefined
      ? html`<fieldset${errors.list === undefined ? null : html` aria-describedby="list-error"`}>
<legend>${words.signUp.which}</legend>
<div class="boxed">${lists.map(({ name, title, description }, index) =>
          choice({
            type: 'checkbox',
            ...(index === 0 && { id: 'list' }),
            name: 'list',
            value: name,
            checked: fields.lists.includes(name),
            label: title,
            strong: true,
            note: description,
            error: index === 0 ? errors.list : undefined,
          }),
        )}</div>
${errorOf('list', errors.list)}
</fieldset>
`
      : only.description === ''
        ? null
        : html`<p class="lead">${only.description}</p>\n`
  return {
    words,
    page: {
      title: only === undefined ? words.signUp.titleMany : words.signUp.title(only.title),
      status,
      open: true,
      ...(works && { script: hashcashScript }),
      body: html`${errorSummary(errors, words)}${note === null ? null : notice(note)}${only === undefined ? null : which}<form method="post" novalidate${works ? html` data-bits="${config.proofOfWorkBits}"` : null}>
${hidden(token, words)}${works ? html`<input type="hidden" name="work" value="">\n` : null}${inputField({
  id: 'address',
  type: 'email',
  label: words.address,
  value: fields.address,
  hint: words.addressHint,
  error: errors.address,
  autocomplete: 'email',
  required: true,
  maxLength: 320,
})}${inputField({
  id: 'name',
  type: 'text',
  label: words.name,
  value: fields.name,
  error: errors.name,
  autocomplete: 'name',
  optional: words.optional,
  maxLength: 200,
})}${only === undefined ? which : null}<p class="soft"><small>${consentOf(parts, words, lists)} ${words.signUp.promise}</small></p>
${works ? html`<p class="soft" data-unproved><small>${words.signUp.unproved}</small></p>\n<p role="status" data-text="${words.signUp.checking}"></p>\n` : null}<button type="submit">${words.signUp.button}</button>
</form>
<section><p class="soft">${words.signUp.already} <a href="${theme.base}/p">${words.signUp.alreadyLink}</a></p></section>`,
    },
  }
}

export const signUpSent = (words: Words, who: string): Answer => ({
  words,
  page: {
    title: words.signUp.sentTitle,
    body: html`<div role="status"><p class="lead">${words.signUp.sent(who)}</p></div>
<p class="soft">${words.signUp.sentHint}</p>`,
  },
})
