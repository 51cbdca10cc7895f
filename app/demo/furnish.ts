import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { ItemInput } from '../../engine/model/item.ts'
import type { ListInput } from '../../engine/model/list.ts'
import type { SubscriberInput } from '../../engine/model/subscriber.ts'
import type { Cli } from '../cli/cli.ts'
import type { Client } from '../cli/daemon/client.ts'
import { createProgress } from '../cli/terminal/progress.ts'
import { readTemplates } from '../templates/files.ts'
import { topics } from './content/publication.ts'

/** Everything that a campaign needs: the list, topics, items, templates, and people who are on the list. */
export async function furnishPaper(
  cli: Cli,
  client: Client,
  paper: {
    readonly list: ListInput
    /** One of the template sets in app/templates. */
    readonly template: string
    readonly items: readonly ItemInput[]
    readonly people: readonly SubscriberInput[]
  },
): Promise<void> {
  const { list, template, items, people } = paper
  await client.post('/lists', list)
  for (const topic of topics) await client.post('/topics', topic)
  await client.post('/items', items)
  for (const one of readTemplates(join(import.meta.dirname, '../templates', template)))
    await client.post('/templates', one)

  const bar = createProgress(cli.stderr, { label: 'importing', json: false })
  const rows = people.map((person) => `${JSON.stringify(person)}\n`)
  const query = { lists: list.name, format: 'ndjson', progress: 1 }
  await client.work<{ rows: number }, unknown>(
    '/subscribers/import',
    { query, body: Readable.from(rows), type: 'application/x-ndjson' },
    ({ rows: done }) => {
      if (!cli.options.json) bar.update({ done, total: people.length })
    },
  )
  bar.finish()
}
