import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import type { Command } from 'commander'
import type { ProbeResult } from '../../../engine/channel/index.ts'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { Campaign } from '../../../engine/model/campaign.ts'
import { withoutPasswords } from '../../config/redact.ts'
import { secretsFile } from '../../config/secrets.ts'
import type { AppConfig } from '../../config.ts'
import { createResolver } from '../../dns/resolver.ts'
import type { Finding } from '../../doctor/finding.ts'
import type { Cli } from '../cli.ts'
import { channelsOf, pathTo } from '../daemon/find.ts'
import { configOf, type DaemonAccess, withDaemon } from '../daemon/with-daemon.ts'
import { CliError } from '../exit.ts'
import type { Run } from '../program.ts'
import { bytes, many, plain } from '../terminal/format.ts'

const lowDisk = 500_000_000
const checkWidth = 20

export function register(program: Command, run: Run): void {
  program
    .command('doctor')
    .description('look at everything, and say what to do about what is not in order')
    .addHelpText('after', '\nEnds with exit code 10 when something has to be done.\n')
    .action(run((cli) => doctor(cli)))
}

async function doctor(cli: Cli): Promise<void> {
  let failed = 0
  let warned = 0
  const tell = (finding: Finding): void => {
    if (finding.status === 'failed') failed++
    if (finding.status === 'warning') warned++
    cli.result(finding, ({ check, status, detail, remedy }) => {
      const mark = {
        ok: cli.style('green', '✓'),
        warning: cli.style('yellow', '!'),
        failed: cli.style('red', '✗'),
      }[status]
      const line = `${mark} ${check.padEnd(checkWidth)} ${plain(detail)}`
      return remedy === null
        ? line
        : `${line}\n  ${' '.repeat(checkWidth)} ${cli.style('dim', `-> ${remedy}`)}`
    })
  }
  const ok = (check: string, detail: string) => tell({ check, status: 'ok', detail, remedy: null })
  const warning = (check: string, detail: string, remedy: string) =>
    tell({ check, status: 'warning', detail, remedy })
  const broken = (check: string, detail: string, remedy: string) =>
    tell({ check, status: 'failed', detail, remedy })

  ok('node', `${process.versions.node}, Broadsheet ${cli.version}`)
  const config = readSettings(cli, ok, broken)
  if (config !== null) {
    checkFolder(config, { ok, warning, broken })
    let campaigns: readonly Campaign[] = []
    await checkStore(cli, { ok, broken }, async (access) => {
      await checkChannels(access, { ok, broken })
      campaigns = await Array.fromAsync(access.client.rows<Campaign>('/campaigns'))
    })
    checkLetters(config, { ok, warning })
    checkRetention(config, ok)
    await checkRedis(config, { ok, broken })
    // Loaded by who asks: nothing else of the command line looks at DNS and TLS.
    const [{ lookAtSenders }, { lookAtNetwork }, { lookAtClocks, timepiecesOf }] = await Promise.all([
      import('../../doctor/senders.ts'),
      import('../../doctor/network.ts'),
      import('../../doctor/clock.ts'),
    ])
    const found = await Promise.all([
      lookAtClocks(timepiecesOf(config), Date.now),
      lookAtNetwork(config, Date.now),
      lookAtSenders(config, campaigns, createResolver(config.dns)),
    ])
    for (const finding of found.flat()) tell(finding)
  }
  if (failed > 0) cli.exit('partial')
  cli.say(
    failed + warned === 0
      ? '\nEverything is in order.'
      : `\n${failed === 0 ? 'It works.' : `${many(failed, 'thing')} ${failed === 1 ? 'has' : 'have'} to be done.`}${warned === 0 ? '' : ` ${many(warned, 'thing')} to think about.`}`,
  )
}

type Tell = (check: string, detail: string, remedy: string) => void
interface Tellers {
  readonly ok: (check: string, detail: string) => void
  readonly warning: Tell
  readonly broken: Tell
}

function readSettings(cli: Cli, ok: Tellers['ok'], broken: Tell): AppConfig | null {
  try {
    const config = configOf(cli)
    ok('settings', config.files.yaml ?? 'no broadsheet.yaml: defaults and variables')
    return config
  } catch (error) {
    if (!(error instanceof BroadsheetError)) throw error
    broken('settings', error.message, 'Correct them; "broadsheet config schema" has all that there are.')
    return null
  }
}

function checkFolder({ data }: AppConfig, { ok, warning, broken }: Tellers): void {
  if (!existsSync(data)) {
    warning('data', `${data} is not there yet`, '"broadsheet init" makes it, or the first start.')
    return
  }
  try {
    accessSync(data, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch {
    broken(
      'data',
      `${data} cannot be written by this user`,
      `Give it to this user: chown -R $(id -un) ${data}`,
    )
    return
  }
  const { bavail, bsize } = statfsSync(data)
  const free = bavail * bsize
  if (free < lowDisk)
    warning(
      'data',
      `${data} has only ${bytes(free)} left`,
      'Make room: when the disk is full nothing is accepted.',
    )
  else ok('data', `${data}, ${bytes(free)} free`)
  const secrets = secretsFile(data)
  if (existsSync(secrets) && (statSync(secrets).mode & 0o077) !== 0)
    warning('secrets', `${secrets} can be read by others`, `chmod 600 ${secrets}`)
}

async function checkStore(
  cli: Cli,
  { ok, broken }: Pick<Tellers, 'ok' | 'broken'>,
  next: (access: DaemonAccess) => Promise<void>,
): Promise<void> {
  try {
    await withDaemon(cli, {}, async (access) => {
      const { client, kind, config } = access
      const store = config === null ? '' : withoutPasswords(config.store)
      ok(
        'daemon',
        kind === 'own' ? 'none runs here: "broadsheet serve" starts one' : `answers at ${client.url}`,
      )
      await client.get('/lists', { limit: 1 })
      ok('store', `${store || 'answers'}${store === '' ? '' : ' opens and answers'}`)
      await next(access)
    })
  } catch (error) {
    if (!(error instanceof BroadsheetError || error instanceof CliError)) throw error
    broken('store', error.message, remedyFor(error))
  }
}

function remedyFor(error: BroadsheetError | CliError): string {
  const code = error instanceof BroadsheetError ? error.code : error.exit
  switch (code) {
    case 'E_STORE_LOCKED':
      return 'Stop the other process, or use its daemon by --url and --key.'
    case 'E_STORE_CORRUPT':
      return 'Stop everything that uses it, put the file aside and restore the last backup.'
    case 'E_STORE_FULL':
      return 'Make room on the disk.'
    default:
      return 'Look at the daemon\'s log; "--verbose" shows what happens here.'
  }
}

async function checkChannels(
  { client }: DaemonAccess,
  { ok, broken }: Pick<Tellers, 'ok' | 'broken'>,
): Promise<void> {
  const names = (await channelsOf(client)).map(({ name }) => name)
  if (names.length === 0)
    broken('channels', 'none is configured', 'Add one under "channels:" in broadsheet.yaml.')
  for (const name of names) {
    const { ok: reached, detail } = await client.post<ProbeResult>(pathTo('channels', name, '/probe'))
    if (reached) ok(`channel ${name}`, detail)
    else
      broken(
        `channel ${name}`,
        detail,
        `Correct "channels.${name}" in broadsheet.yaml, or let its server listen; then: broadsheet channel probe ${name}`,
      )
  }
}

function checkLetters(config: AppConfig, { ok, warning }: Pick<Tellers, 'ok' | 'warning'>): void {
  const { publicUrl, dkim } = config.engine
  const { hostname, protocol } = new URL(publicUrl)
  if (/^(localhost|127\.|\[::1\])/.test(hostname))
    warning(
      'publicUrl',
      `${publicUrl}: only this machine can follow the links in letters`,
      'Set "publicUrl" to where readers reach this daemon.',
    )
  else if (protocol === 'http:')
    warning(
      'publicUrl',
      `${publicUrl} is not encrypted`,
      'One-click unsubscribing (RFC 8058) asks for https.',
    )
  else ok('publicUrl', publicUrl)
  if (dkim.length === 0)
    warning(
      'dkim',
      'letters are not signed',
      'Add a key under "dkim:", or let your mail server sign; large providers refuse unsigned bulk mail.',
    )
  else ok('dkim', dkim.map(({ domain, selector }) => `${selector}._domainkey.${domain}`).join(', '))
}

function checkRetention(config: AppConfig, ok: Tellers['ok']): void {
  const { deliveriesDays, eventsDays } = config.engine.retention
  const words = (what: string, days: number | null) =>
    days === null ? `${what} are kept for good` : `${what} go after ${days} days`
  ok('retention', `${words('deliveries', deliveriesDays)}, ${words('events', eventsDays)}`)
}

async function checkRedis(config: AppConfig, { ok, broken }: Pick<Tellers, 'ok' | 'broken'>): Promise<void> {
  if (config.redis === null) return
  const { openRedis } = await import('../../../stores/redis/open.ts')
  try {
    const redis = await openRedis(config.redis)
    try {
      await redis.check()
      ok('redis', 'answers, and takes writes')
    } finally {
      await redis.close()
    }
  } catch (error) {
    broken(
      'redis',
      error instanceof Error ? error.message : String(error),
      'Start it, or correct "redis": meanwhile each daemon works by itself.',
    )
  }
}
