import type { Command } from 'commander'
import { systemClock } from '../../../engine/clock.ts'
import { rotateSecrets, secretsFile } from '../../config/secrets.ts'
import { rotateVaultFile, vaultFile } from '../../config/vault.ts'
import { readDaemonFile } from '../../daemon-file.ts'
import type { Cli } from '../cli.ts'
import { answers, configOf } from '../daemon/with-daemon.ts'
import { CliError } from '../exit.ts'
import type { Run } from '../program.ts'
import { many } from '../terminal/format.ts'

export function register(program: Command, run: Run): void {
  program
    .command('secrets')
    .description('what links in letters are signed with')
    .command('rotate')
    .description('sign with a new secret; links that are out go on working')
    .addHelpText(
      'after',
      `
The new one stands first in the data folder's file "secrets", before those from before, which go on verifying: leave them
there as long as their letters are read. Restart the daemon afterwards, and back the file up.
`,
    )
    .action(run(rotateSigning))

  program
    .command('vault')
    .description('what secrets in the database are sealed with')
    .command('rotate')
    .description('seal everything under a new key')
    .addHelpText(
      'after',
      `
Stop the daemon first. Killed half-way, the same command does the rest. The new key stands first in the data folder's file
"vault"; those from before open what backups hold: keep them as long.

With the setting "vaultKeys" the keys are not written here: add a new one at its end on every daemon and restart them, then
move it to the front on every daemon and restart them, then run this, which seals everything under the first.
`,
    )
    .action(run(rotateVault))
}

const here = (cli: Cli, command: string) => {
  if (cli.options.url !== undefined)
    throw new CliError('usage', `${command} works on this machine: leave --url out.`)
  return configOf(cli)
}

async function rotateSigning(cli: Cli): Promise<void> {
  const config = here(cli, 'secrets rotate')
  if (config.secrets !== null)
    throw new CliError(
      'config',
      'The secrets are a setting: put a new one before the others there, on every daemon, and restart them. "openssl rand -base64 32" makes one.',
    )
  const secrets = rotateSecrets(config.data)
  const file = secretsFile(config.data)
  cli.result(
    { file, secrets: secrets.length },
    () =>
      `${cli.style('green', '✓')} A new secret signs; ${many(secrets.length - 1, 'earlier one')} in ${file} ${secrets.length === 2 ? 'verifies' : 'verify'} what is out. Back it up.`,
  )
  const running = readDaemonFile(config.data)
  if (running !== null && (await answers(running)))
    cli.remark(`The daemon (process ${running.pid}) signs as before until it is restarted.`)
}

async function rotateVault(cli: Cli): Promise<void> {
  const config = here(cli, 'vault rotate')
  // Loaded only now: clients of a running daemon need none of it.
  const [{ openStore }, { createVault }, { resealAll }] = await Promise.all([
    import('../../../stores/open.ts'),
    import('../../../engine/access/vault.ts'),
    import('../../../engine/access/reseal.ts'),
  ])
  // Opened first: of two at once on a file, one is refused before it has made a key.
  const store = await openStore(config.store, { log: cli.log(), ...config.postgres })
  await using stack = new AsyncDisposableStack()
  stack.defer(() => store.close())
  const made = rotateVaultFile(config)
  const keys = made ?? config.vaultKeys ?? []
  const { signal } = cli
  const { resealed, fresh, lost } = await resealAll({
    users: store.users,
    vault: createVault(keys),
    clock: systemClock,
    signal,
  })
  await store.audit.append([
    {
      at: systemClock.now(),
      caller: { kind: 'local', id: 'local', name: 'command line' },
      action: 'vault.rotate',
      subject: null,
      outcome: lost.length === 0 ? 'done' : 'failed',
      requestId: null,
      address: null,
      detail: { resealed, fresh, lost: lost.length, keys: keys.length },
    },
  ])
  cli.result({ resealed, fresh, lost, keys: keys.length, made: made !== null }, () =>
    [
      `${cli.style('green', '✓')} ${many(resealed, 'secret')} sealed under ${made === null ? 'the first of "vaultKeys"' : `a new key, the first of ${vaultFile(config.data)}: back it up`}.`,
      ...(fresh > 0 ? [`  ${many(fresh, 'secret')} had been before.`] : []),
    ].join('\n'),
  )
  if (lost.length === 0) return
  cli.warn(
    `No key opens the second factor of ${lost.join(', ')}: bring the keys back, or give them a new one.`,
  )
  cli.exit('partial')
}
