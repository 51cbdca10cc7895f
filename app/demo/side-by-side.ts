import type { DeliveryView } from '../../engine/engine.ts'
import type { Subscriber } from '../../engine/model/subscriber.ts'
import type { Cli } from '../cli/cli.ts'
import type { Client } from '../cli/daemon/client.ts'
import { clip, width } from '../cli/terminal/format.ts'

/** Three letters beside each other: who got what, and why. */
export async function sideBySide(
  cli: Cli,
  client: Client,
  campaign: string,
  addresses: readonly string[],
): Promise<string> {
  const terminal = Math.min(cli.stdout.columns ?? 132, 150)
  const room = Math.floor((terminal - 4 - 2 * (addresses.length - 1)) / addresses.length)
  const columns: string[][] = []
  for (const address of addresses) {
    const person = await client.get<Subscriber>('/subscribers/by-address', { address })
    const after = Buffer.from(String(person.id - 1)).toString('base64url')
    const { data } = await client.get<{ data: readonly DeliveryView[] }>(
      `/campaigns/${campaign}/deliveries`,
      {
        limit: 1,
        ...(person.id > 1 ? { after } : {}),
      },
    )
    const interests = Object.entries(person.topics)
      .sort(([, a], [, b]) => b - a)
      .map(([topic, weight]) => `${topic} ${weight}`)
    columns.push([
      cli.style('bold', clip(person.name ?? address, room)),
      cli.style('dim', clip(interests.join(', '), room)),
      '',
      ...(data[0]?.picks ?? [])
        .slice(0, 6)
        .flatMap(({ title, reason }) => [clip(title, room), cli.style('cyan', clip(`  ${reason}`, room))]),
    ])
  }
  const rows = Math.max(...columns.map(({ length }) => length))
  const lines = Array.from({ length: rows }, (_, row) =>
    columns
      .map((column) => pad(column[row] ?? '', room))
      .join('  ')
      .trimEnd(),
  )
  return `${lines.map((line) => `  ${line}`).join('\n')}\n`
}

const pad = (text: string, room: number): string => text + ' '.repeat(Math.max(0, room - width(text)))
