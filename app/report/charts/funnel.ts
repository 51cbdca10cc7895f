import type { Funnel } from '../../../engine/analytics/queries/views.ts'
import { count } from '../../cli/terminal/format.ts'
import { type Html, html } from '../../http/public/page/html.ts'
import { percent } from '../words.ts'
import { at } from './scale.ts'

const size = { width: 880, row: 46, left: 84, right: 190 }

/** From the audience to those who clicked; what people did in front of all that came. */
export function funnelChart({ deliveries, opened, clicked }: Funnel): Html {
  const { audience, sent } = deliveries
  const rows = [
    { name: 'Audience', people: audience, all: audience, note: '' },
    {
      name: 'Sent',
      people: sent,
      all: sent,
      note: audience === 0 ? '' : `${percent(sent / audience)} of the audience`,
    },
    { name: 'Opened', people: opened.people.recipients, all: opened.all.recipients, note: ofLetters(opened) },
    {
      name: 'Clicked',
      people: clicked.people.recipients,
      all: clicked.all.recipients,
      note: ofLetters(clicked),
    },
  ]
  const { width, row, left, right } = size
  const scale = (value: number) =>
    audience === 0 ? 0 : ((width - left - right) * Math.min(value, audience)) / audience
  const label = rows.map(({ name, people }) => `${name} ${count(people)}`).join(', ')
  return html`<svg viewBox="0 0 ${width} ${rows.length * row}" role="img" aria-label="${label}.">
${rows.map(({ name, people, all, note }, i) => {
  const top = i * row
  return html`<text class="name" x="${left - 12}" y="${top + 26}" text-anchor="end">${name}</text>
<rect class="track" x="${left}" y="${top + 6}" width="${width - left - right}" height="${row - 14}" rx="3"/>
${all > people && html`<rect class="machines" x="${left}" y="${top + 6}" width="${at(scale(all))}" height="${row - 14}" rx="3"><title>${name} by people and machines: ${count(all)}</title></rect>`}
${people > 0 && html`<rect class="people" x="${left}" y="${top + 6}" width="${at(Math.max(2, scale(people)))}" height="${row - 14}" rx="3"><title>${name}: ${count(people)}</title></rect>`}
<text class="value" x="${width - right + 14}" y="${top + (note === '' ? 26 : 18)}">${count(people)}</text>
<text class="axis" x="${width - right + 14}" y="${top + 36}">${note}</text>`
})}</svg>`
}

const ofLetters = ({ people: { share } }: Funnel['opened']): string =>
  share === null ? '' : `${percent(share.value)} of the letters`
