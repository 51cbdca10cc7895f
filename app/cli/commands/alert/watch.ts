import type { Command } from 'commander'
import type { Fact } from '../../../../engine/engine.ts'
import { type Alert, isOpen } from '../../../../engine/model/alert.ts'
import type { Cli } from '../../cli.ts'
import { withDaemon } from '../../daemon/with-daemon.ts'
import { CliError } from '../../exit.ts'
import type { Run } from '../../program.ts'
import { count, plain } from '../../terminal/format.ts'
import { severityStyle } from './show.ts'

type Change = Pick<Alert, 'id' | 'state' | 'severity' | 'title'>

export function register(command: Command, run: Run): void {
  command
    .command('watch')
    .description('show what is open, then what becomes of alerts, live, until Ctrl+C')
    .action(
      run((cli) =>
        withDaemon(cli, {}, async ({ client, kind }) => {
          if (kind === 'own')
            throw new CliError(
              'unreachable',
              'No daemon runs here, so nothing happens: start one with "broadsheet serve".',
            )
          // Listening first: what comes while the open ones are read is shown after them, not missed.
          const events = await client.events(
            '/stream',
            { types: 'alert.changed,notification.told' },
            cli.signal,
          )
          const open = (await client.all<Alert>('/alerts', { open: true })).reverse()
          const shown = new Map<number, number>()
          for (const alert of open) {
            const { id, key, state, severity, title, version } = alert
            shown.set(id, version)
            const fact: Fact = {
              type: 'alert.changed',
              alert: { id, key, state, severity, title, version },
            }
            cli.result(fact, () => `${cli.style('dim', clockOf(alert.updatedAt))} ${line(cli, alert)}`)
          }
          if (open.length === 0) cli.remark('Nothing is open.')
          try {
            for await (const { data } of events) {
              const fact = JSON.parse(data) as Fact
              // It came while the open ones were read, and is among them.
              if (fact.type === 'alert.changed' && fact.alert.version <= (shown.get(fact.alert.id) ?? 0))
                continue
              cli.result(fact, () => `${cli.style('dim', clockOf(Date.now()))} ${describe(cli, fact)}`)
            }
          } catch (error) {
            // Ctrl+C is how one leaves.
            if (!cli.signal.aborted) throw error
          }
        }),
      ),
    )
}

function describe(cli: Cli, fact: Fact): string {
  if (fact.type === 'alert.changed') return line(cli, fact.alert)
  if (fact.type !== 'notification.told') return fact.type
  const { id, reason, audience } = fact.notification
  return cli.style('dim', `told ${count(audience)} (${reason}, notification ${id})`)
}

function line(cli: Cli, { id, state, severity, title }: Change): string {
  const mark = isOpen(state)
    ? cli.style(severityStyle[severity], severity.padEnd(8))
    : cli.style('green', severity.padEnd(8))
  return `${mark} ${state.padEnd(12)} ${cli.style('dim', `#${id}`)} ${plain(title)}`
}

const clockOf = (at: number): string => new Date(at).toTimeString().slice(0, 8)
