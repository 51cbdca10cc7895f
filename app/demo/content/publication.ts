import type { ListInput, TopicInput } from '../../../engine/model/list.ts'

/** The fictitious paper that the demo publishes. Its domain is reserved for examples (RFC 2606). */
export const paper = {
  title: 'The Harbour Courier',
  site: 'https://harbour-courier.example',
  sender: { address: 'letters@harbour-courier.example', name: 'The Harbour Courier' },
}

export const list: ListInput = {
  name: 'morning',
  title: 'The Harbour Courier',
  description: 'The morning letter from Port Ellery, put together for each reader.',
  optIn: 'single',
}

export const topics: readonly TopicInput[] = [
  { name: 'harbour', title: 'Harbour', description: 'Ships, docks, ferries and the people on them.' },
  { name: 'security', title: 'Security', description: 'Digital safety, privacy, fraud and how to avoid it.' },
  { name: 'climate', title: 'Climate', description: 'Weather, energy and a coast that is changing.' },
  {
    name: 'cities',
    title: 'Cities',
    description: 'Housing, streets, trams and everyday life in Port Ellery.',
  },
  { name: 'science', title: 'Science', description: 'Research from the institutes on the hill and beyond.' },
  { name: 'health', title: 'Health', description: 'Medicine, sleep, movement and the clinics.' },
  { name: 'economy', title: 'Economy', description: 'Work, prices, firms and the fish auction.' },
  { name: 'culture', title: 'Culture', description: 'Books, stages, music and pictures.' },
  { name: 'sport', title: 'Sport', description: 'Rowing, football, running and who won.' },
  { name: 'food', title: 'Food', description: 'Kitchens, markets and what is in season.' },
]

/** What the templates read as `campaign.data`. */
export const campaignData = {
  publication: paper.title,
  site: paper.site,
  tagline: 'Letters from a town by the water',
  intro:
    'The fog lifted late this morning, and with it came the first cargo sailing ship in ninety years. ' +
    'Here is what else we think you will want to read today.',
  taglineDe: 'Briefe aus einer Stadt am Wasser',
  introDe:
    'Der Nebel hat sich heute spät gelichtet, und mit dem Licht kam das erste Frachtschiff unter Segeln seit ' +
    'neunzig Jahren. Was Sie heute sonst noch lesen möchten, steht hier.',
  address: 'The Harbour Courier, 14 Ropewalk, Port Ellery PE1 4RW',
}
