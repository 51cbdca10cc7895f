import type { Follow } from '../../../../engine/model/follow.ts'
import type { EpochMs } from '../../../../engine/model/ids.ts'
import { departedStatuses } from '../../../../engine/model/subscriber.ts'
import type { PersonView } from '../../../../engine/subscriptions.ts'
import {
  choice,
  described,
  errorOf,
  errorSummary,
  hidden,
  inputField,
  notice,
  options,
} from '../page/fields.ts'
import { type Html, html, type Piece } from '../page/html.ts'
import { type TopicChoice, topicWeights, type Words } from '../page/words.ts'
import { type Answer, maskAddress } from '../parts.ts'
import { alertsSection } from './own-alerts.ts'
import {
  firstPauseDay,
  type Offer,
  type PreferenceErrors,
  type PreferenceFields,
  weekly,
  zoneOf,
} from './preferences-form.ts'

export interface PreferencesView {
  readonly person: PersonView
  readonly offer: Offer
  readonly follows: readonly Follow[]
  /** What readers are told of a channel, by its name. */
  readonly channels: ReadonlyMap<string, string>
  readonly fields: PreferenceFields
  readonly errors?: PreferenceErrors
  /** The form's own token. */
  readonly token: string
  /** `/p/:token`, and `/u/:token`. */
  readonly path: string
  readonly leavePath: string
  readonly now: EpochMs
  readonly note?: { readonly text: string; readonly bad: boolean }
}

export function preferencesPage(view: PreferencesView, words: Words): Answer {
  const { person, offer, fields, errors = {}, token, path, leavePath, note } = view
  const said = words.preferences
  const { status, address } = person.subscriber
  return {
    words,
    page: {
      title: said.title,
      status: note?.bad === true || Object.keys(errors).length > 0 ? 400 : 200,
      body: html`${errorSummary(errors, words)}${note === undefined ? null : notice(note.text, note.bad)}<p class="lead">${said.about(maskAddress(address))}</p>
${status === 'unconfirmed' ? html`<p class="notice">${said.unconfirmed}</p>` : departedStatuses.includes(status) ? html`<p class="notice">${said.departed}</p>` : null}
<form method="post">
${hidden(token, words)}${lists(offer, fields, words)}${topics(offer, fields, words)}${alertsSection(view.follows, view.channels, words)}<section>
<h2>${said.pause}</h2>
${select('maxPerWeek', said.frequency, weeklyOptions(fields, words), fields.maxPerWeek, errors.maxPerWeek, said.frequencyHint)}${inputField(
  {
    id: 'pausedUntil',
    type: 'date',
    label: said.pauseUntil,
    value: fields.pausedUntil,
    hint: said.pauseHint,
    error: errors.pausedUntil,
    min: firstPauseDay(view.now, zoneOf(person)),
  },
)}</section>
<section>
<h2>${said.person}</h2>
${inputField({
  id: 'name',
  type: 'text',
  label: words.name,
  value: fields.name,
  error: errors.name,
  autocomplete: 'name',
  optional: words.optional,
  maxLength: 200,
})}${select('language', said.letterLanguage, languageOptions(offer, fields, words), fields.language, errors.language)}${select(
  'timeZone',
  said.timeZone,
  [
    { value: '', label: said.unsaid },
    ...offer.timeZones.map((zone) => ({ value: zone, label: zone.replaceAll('_', ' ') })),
  ],
  fields.timeZone,
  errors.timeZone,
)}</section>
<section>
<fieldset aria-describedby="tracking-hint">
<legend><h2>${said.tracking}</h2></legend>
<p class="hint" id="tracking-hint">${said.trackingHint}</p>
<div class="boxed">${(['granted', 'denied'] as const).map((value, index) =>
        choice({
          type: 'radio',
          ...(index === 0 && { id: 'tracking' }),
          name: 'tracking',
          value,
          checked: fields.tracking === value,
          label: said[value],
          error: index === 0 ? errors.tracking : undefined,
        }),
      )}</div>
${errorOf('tracking', errors.tracking)}</fieldset>
</section>
<div class="bar"><button type="submit">${said.save}</button></div>
</form>
<section>
<h2>${said.data}</h2>
<p>${said.dataHint}</p>
<div class="actions"><a class="button quiet" href="${path}/data.json" download>${said.download}</a> <a href="${path}/erase">${said.erase}</a></div>
</section>
<section><p><a href="${leavePath}">${said.leaveAll}</a></p></section>`,
    },
  }
}

function lists(offer: Offer, fields: PreferenceFields, words: Words): Piece {
  if (offer.lists.length === 0) return null
  return html`<section><fieldset>
<legend><h2>${words.preferences.lists}</h2></legend>
<div class="boxed">${offer.lists.map(({ name, title, description, waiting }) =>
    choice({
      type: 'checkbox',
      name: 'list',
      value: name,
      checked: fields.lists.includes(name),
      label: waiting ? `${title} (${words.preferences.waiting})` : title,
      strong: true,
      note: description,
    }),
  )}</div>
</fieldset></section>
`
}

function topics(offer: Offer, fields: PreferenceFields, words: Words): Piece {
  if (offer.topics.length === 0) return null
  const said = words.preferences
  const weights = (Object.keys(topicWeights) as TopicChoice[]).map((value) => ({
    value,
    label: said.weights[value],
  }))
  return html`<section><fieldset aria-describedby="topics-hint">
<legend><h2>${said.topics}</h2></legend>
<p class="hint" id="topics-hint">${said.topicsHint}</p>
<div class="boxed">${offer.topics.map(({ name, title }) => {
    const chosen = fields.topics[name] ?? ''
    return html`<div class="row"><label for="topic-${name}">${title}</label>
<select id="topic-${name}" name="topic-${name}">${options(chosen === '' ? [{ value: '', label: said.unsaid }, ...weights] : weights, chosen)}</select></div>
`
  })}</div>
</fieldset></section>
`
}

const select = (
  id: string,
  label: string,
  all: readonly { readonly value: string; readonly label: string }[],
  selected: string,
  error: string | undefined,
  hint?: string,
): Html => html`<div class="field">
<label for="${id}">${label}</label>
${hint === undefined ? null : html`<span class="hint" id="${id}-hint">${hint}</span>`}
<select class="short" id="${id}" name="${id}"${described(id, hint !== undefined, error)}>${options(
  all.some(({ value }) => value === selected) ? all : [{ value: selected, label: selected }, ...all],
  selected,
)}</select>
${errorOf(id, error)}
</div>
`

function weeklyOptions(fields: PreferenceFields, words: Words) {
  const { noLimit, perWeek } = words.preferences
  const counts = new Set([...weekly, ...(fields.maxPerWeek === '' ? [] : [Number(fields.maxPerWeek)])])
  return [
    { value: '', label: noLimit },
    ...[...counts]
      .filter((count) => Number.isSafeInteger(count))
      .sort((a, b) => a - b)
      .map((count) => ({ value: String(count), label: perWeek(count) })),
  ]
}

function languageOptions(offer: Offer, fields: PreferenceFields, words: Words) {
  const tags = new Set([...offer.languages, ...(fields.language === '' ? [] : [fields.language])])
  return [
    { value: '', label: words.preferences.unsaid },
    ...[...tags].map((tag) => ({ value: tag, label: nameOfLanguage(tag) })),
  ]
}

/** In the language itself: whoever looks for it can read that. */
function nameOfLanguage(tag: string): string {
  try {
    const name = new Intl.DisplayNames(tag, { type: 'language' }).of(tag) ?? tag
    return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1)
  } catch {
    return tag
  }
}
