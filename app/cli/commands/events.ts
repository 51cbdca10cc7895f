import { type Command, Option } from 'commander'
import type { Fact } from '../../../engine/engine.ts'
import type { Campaign } from '../../../engine/model/campaign.ts'
import { type DeliveryEvent, eventTypes } from '../../../engine/model/event.ts'
import type { Cli } from '../cli.ts'
import { find } from '../daemon/find.ts'
import { withDaemon } from '../daemon/with-daemon.ts'
import { CliError } from '../exit.ts'
import type { Run } from '../program.ts'
import { count, plain, rate, time } from '../terminal/format.ts'
import { words } from './campaign/watch.ts'
import { positive } from './subscriber.ts'

export function register(program: Command, run: Run): void {
  const command = program.command('events').description('what happens, and what happened to deliveries')

  command
    .command('tail')
    .description('show what happens in the daemon, live, until Ctrl+C')
    .action(
      run((cli) =>
        withDaemon(cli, {}, async ({ client, kind }) => {
          if (kind === 'own')
            throw new CliError(
              'unreachable',
              'No daemon runs here, so nothing happens: start one with "broadsheet serve".',
            )
          const events = await client.events('/stream', {}, cli.signal)
          try {
            for await (const { data } of events) {
              const fact = JSON.parse(data) as Fact
              cli.result(
                fact,
                (one) => `${cli.style('dim', new Date().toTimeString().slice(0, 8))} ${describe(cli, one)}`,
              )
            }
          } catch (error) {
            // Ctrl+C is how one leaves.
            if (!cli.signal.aborted) throw error
          }
        }),
      ),
    )

  command
    .command('list')
    .alias('ls')
    .description('sent, failed, opened, unsubscribed ... in the order they came')
    .option('--campaign <name>', 'only of its last run')
    .addOption(new Option('--type <type>', 'only these').choices([...eventTypes]))
    .option('--limit <n>', 'at most so many', '100')
    .action(
      run((cli, options: { campaign?: string; type?: string; limit: string }) =>
        withDaemon(cli, {}, async ({ client }) => {
          const limit = positive(options.limit, '--limit')
          const campaign =
            options.campaign === undefined
              ? null
              : await find<Campaign>(client, 'campaigns', 'campaign', options.campaign)
          const query = {
            type: options.type,
            publication: campaign?.publicationId,
            limit: Math.min(limit, 500),
          }
          async function* first(): AsyncGenerator<DeliveryEvent> {
            let shown = 0
            for await (const row of client.rows<DeliveryEvent>('/events', query)) {
              yield row
              if (++shown === limit) return
            }
          }
          await cli.table(
            campaign !== null && campaign.publicationId === null ? [] : first(),
            [
              { title: 'AT', of: ({ at }) => time(at) },
              { title: 'TYPE', of: ({ type }) => type },
              { title: 'SUBSCRIBER', of: ({ subscriberId }) => subscriberId, align: 'right' },
              { title: 'PUBLICATION', of: ({ publicationId }) => publicationId, align: 'right' },
              { title: 'CHANNEL', of: ({ channel }) => channel },
              { title: 'CLASS', of: ({ class: by, was }) => (was === null ? by : `${by}, not ${was}`) },
              { title: 'CODE', of: ({ code }) => code },
              { title: 'DETAIL', of: ({ detail }) => detail, flexible: true },
            ],
            'No events yet.',
          )
        }),
      ),
    )
}

function describe(cli: Cli, fact: Fact): string {
  switch (fact.type) {
    case 'campaign.changed': {
      const { name, state, reason } = fact.campaign
      return `${cli.style('bold', name)} is ${state}${reason === null ? '' : ` (${plain(reason)})`}`
    }
    case 'publication.progress': {
      const { publicationId, counts, perSecond } = fact.progress
      return `publication ${publicationId}: ${words(counts)}, ${count(counts.queued)} queued, ${rate(perSecond)}`
    }
    case 'edition.skipped':
      return `${cli.style('bold', fact.campaign.name)} skips its edition of ${time(fact.dueAt)}: ${plain(fact.reason)}`
    case 'channel.changed': {
      const { channel, state, detail } = fact
      return `channel ${cli.style('bold', channel)} is ${state}${detail === null ? '' : `: ${plain(detail)}`}`
    }
    case 'channel.slowed': {
      const { channel, domain, perSecond } = fact
      const whom = domain === null ? '' : ` to ${plain(domain)}`
      return `channel ${cli.style('bold', channel)} slows down${whom}: ${rate(perSecond)}`
    }
    case 'letter.returned':
      return `a letter of publication ${fact.publicationId} came back (${fact.class})`
    case 'alert.changed': {
      const { id, severity, state, title } = fact.alert
      return `alert ${id} is ${state} (${severity}): ${cli.style('bold', plain(title))}`
    }
    case 'silence.changed': {
      const { id, startsAt, endsAt } = fact.silence
      return `silence ${id} is from ${time(startsAt)} until ${time(endsAt)}`
    }
    case 'heartbeat.changed': {
      const says = {
        made: 'is waited for',
        changed: 'was changed',
        removed: 'was removed',
        late: 'is late',
        back: 'is back',
      }
      return `heartbeat ${cli.style('bold', plain(fact.heartbeat.name))} ${says[fact.change]}`
    }
    case 'notification.told': {
      const { id, reason, audience } = fact.notification
      return `notification ${id} (${reason}) goes to ${count(audience)}`
    }
    case 'analytics.counted':
      return `numbers of ${fact.publicationIds.length === 1 ? 'publication' : 'publications'} ${fact.publicationIds.join(', ')} moved`
  }
}
