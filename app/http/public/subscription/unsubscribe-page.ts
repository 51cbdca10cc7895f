import { choice } from '../page/fields.ts'
import { html, type Piece } from '../page/html.ts'
import { leaveReasons, type Words } from '../page/words.ts'
import type { Answer } from '../parts.ts'

/** What the page has to say. */
export type UnsubscribeView =
  /** No lists: everything is what can be stopped. */
  | { readonly kind: 'ask'; readonly who: string; readonly lists: readonly string[] }
  /** `others`: more newsletters go to this address. */
  | {
      readonly kind: 'left'
      readonly who: string
      readonly lists: readonly string[]
      readonly others: boolean
    }
  | {
      readonly kind: 'gone'
      readonly who: string
      readonly lists: readonly string[]
      readonly others: boolean
    }
  | { readonly kind: 'left-all'; readonly who: string }

export const unsubscribePage = (view: UnsubscribeView, words: Words, preferencesUrl: string): Answer => ({
  words,
  page: {
    title: view.kind === 'ask' ? words.leave.title : words.leave.doneTitle,
    body: content(view, words, preferencesUrl),
  },
})

function content(view: UnsubscribeView, words: Words, preferencesUrl: string): Piece {
  const said = words.leave
  switch (view.kind) {
    case 'ask': {
      const lists = words.join(view.lists)
      const some = view.lists.length > 0
      return html`<p class="lead">${some ? said.question(view.who, lists) : said.questionAll(view.who)}</p>
<form method="post">
<details>
<summary>${said.why} <span class="optional">(${words.optional})</span></summary>
<div>
<fieldset><legend class="pot">${said.why}</legend>
${leaveReasons.map((reason) => choice({ type: 'radio', name: 'reason', value: reason, checked: false, label: said.reasons[reason] }))}</fieldset>
<label for="more">${said.more}</label>
<textarea id="more" name="more" rows="3" maxlength="1000"></textarea>
</div>
</details>
${some ? html`<div class="stack">${button('list', said.lists(lists), false)}<small>${said.noteLists}</small></div>\n` : null}<div class="stack">${button('all', said.all, some)}<small>${said.noteAll}</small></div>
</form>
<section><p><a href="${preferencesUrl}">${said.preferences}</a></p></section>`
    }
    case 'left':
      return html`<p class="lead" role="status">${said.left(view.who, words.join(view.lists))}</p>
${others(view.others, words)}${mistake(words, preferencesUrl)}`
    case 'gone':
      return html`<p class="lead">${said.notOn(view.who, words.join(view.lists))}</p>
${others(view.others, words)}${mistake(words, preferencesUrl)}`
    case 'left-all':
      return html`<p class="lead" role="status">${said.leftAll(view.who)}</p>
${mistake(words, preferencesUrl)}`
  }
}

const button = (value: 'list' | 'all', label: string, quiet: boolean): Piece =>
  html`<button type="submit" name="choice" value="${value}"${quiet ? html` class="quiet"` : null}>${label}</button>\n`

const mistake = (words: Words, preferencesUrl: string): Piece =>
  html`<section><p class="soft">${words.leave.mistake} <a href="${preferencesUrl}">${words.leave.mistakeLink}</a></p></section>`

const others = (shown: boolean, words: Words): Piece =>
  shown &&
  html`<section><p>${words.leave.others}</p>
<form method="post">${button('all', words.leave.all, true)}</form></section>\n`
