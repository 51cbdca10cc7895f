import type { Follow } from '../../../../engine/model/follow.ts'
import type { FollowId, SubscriberId } from '../../../../engine/model/ids.ts'
import { choice } from '../page/fields.ts'
import { html, type Piece } from '../page/html.ts'
import type { Words } from '../page/words.ts'
import type { PageParts } from '../parts.ts'

const maxShown = 100

/** Names of channels are the operator's: a reader is told of mail as mail, whichever way it goes, and of anything else by its name. */
export const channelTitles = (
  { engine }: Pick<PageParts, 'engine'>,
  words: Words,
): ReadonlyMap<string, string> =>
  new Map(
    engine
      .channelStates()
      .map(({ name, content }) => [name, content === 'mime' ? words.preferences.alerts.mail : name]),
  )

export async function followsOf({ engine }: Pick<PageParts, 'engine'>, id: SubscriberId) {
  return (await engine.store.follows.page({ after: 0, limit: maxShown, subscriberId: id })).rows
}

/** The alerts that a person gets, to be stopped one by one; new ones are not asked for here. What was shown is said by the
 *  form, so that an old page stops nothing that it did not show. */
export function alertsSection(
  follows: readonly Follow[],
  titles: ReadonlyMap<string, string>,
  words: Words,
): Piece {
  if (follows.length === 0) return null
  const said = words.preferences.alerts
  return html`<section><fieldset aria-describedby="alerts-hint">
<legend><h2>${said.title}</h2></legend>
<p class="hint" id="alerts-hint">${said.hint}</p>
<div class="boxed">${follows.map(({ id, topics, minSeverity, channel, filter }) =>
    choice({
      type: 'checkbox',
      name: 'follow',
      value: String(id),
      checked: true,
      label: topics.length === 0 ? said.all : words.join(topics),
      strong: true,
      note: [
        said.from(words.alert.severities[minSeverity]),
        ...filter.map(({ name, operator, value }) => `${name} ${operator} ${value}`),
        titles.get(channel) ?? channel,
      ].join(' · '),
    }),
  )}</div>
${follows.map(({ id }) => html`<input type="hidden" name="shownFollow" value="${id}">`)}</fieldset></section>
`
}

/** Those that were shown and are not wanted any more. */
export function stoppedFollows(said: URLSearchParams, follows: readonly Follow[]): readonly FollowId[] {
  const shown = new Set(said.getAll('shownFollow'))
  const kept = new Set(said.getAll('follow'))
  return follows.flatMap(({ id }) => (shown.has(String(id)) && !kept.has(String(id)) ? [id] : []))
}
