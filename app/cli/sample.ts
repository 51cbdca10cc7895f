import { BroadsheetError } from '../../engine/errors.ts'
import { save } from './commands/template.ts'
import type { Client } from './daemon/client.ts'
import { channelsOf } from './daemon/find.ts'

export const sampleCampaign = 'hello'

const people = [
  { address: 'ada@example.org', name: 'Ada', topics: { tools: 1, ideas: 0.4 } },
  { address: 'grace@example.org', name: 'Grace', topics: { tools: 0.3, ideas: 0.9 } },
  { address: 'anton@example.org', name: 'Anton', language: 'de', topics: { city: 1 } },
]
const topics = [
  ['tools', 'Tools'],
  ['ideas', 'Ideas'],
  ['city', 'The city'],
] as const
const items = [
  ['A plane that needs no oil', 'tools', 'Two joiners built one from maple and a spring.'],
  ['Why lists beat folders', 'ideas', 'An archivist sorts forty years of letters.'],
  ['The bridge opens on Monday', 'city', 'Walkers first, trams in spring.'],
  ['Sharpening, slowly', 'tools', 'One stone is enough when you give it time.'],
  ['A library without rooms', 'ideas', 'Readers carry it from door to door.'],
  ['Night market finds a home', 'city', 'The old bus depot gets eighty stalls.'],
] as const

const template = {
  name: 'welcome',
  kind: 'letter',
  format: 'markdown',
  subject: '{{ subscriber.name | default: "Hello" }}, {{ items.size }} stories for you',
  preheader: '{{ items[0].title }}',
  body: `# Good morning{% if subscriber.name %}, {{ subscriber.name }}{% endif %}

{% for item in items %}
## [{{ item.title }}]({{ item.url }})

{{ item.summary }}

{% endfor %}

[Unsubscribe]({{ links.unsubscribe }})
`,
  text: null,
  variants: {},
} as const

/** Something to try out: three readers, six items, a template, a draft. What is there already stays. */
export async function addSample(client: Client): Promise<{ readonly channel: string }> {
  const [channel] = await channelsOf(client)
  await once(client.post('/lists', { name: 'newsletter', title: 'The newsletter' }))
  for (const [name, title] of topics) await once(client.post('/topics', { name, title }))
  for (const person of people) await client.post('/subscribers', { ...person, lists: ['newsletter'] })
  await client.post(
    '/items',
    items.map(([title, topic, summary], index) => ({
      title,
      summary,
      topics: [topic],
      url: `https://example.org/sample/${index + 1}`,
    })),
  )
  await save(client, template)
  await once(
    client.post('/campaigns', {
      name: sampleCampaign,
      title: 'Hello from Broadsheet',
      template: template.name,
      sender: { address: 'editor@example.org', name: 'The editor' },
      lists: ['newsletter'],
      channel: channel?.name ?? 'file',
      selection: { count: 3, minimum: 1 },
    }),
  )
  return { channel: channel?.name ?? 'file' }
}

async function once(work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!(error instanceof BroadsheetError) || error.code !== 'E_EXISTS') throw error
  }
}
