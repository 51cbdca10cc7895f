import { spawn } from 'node:child_process'
import type { Command } from 'commander'
import type { Client } from '../daemon/client.ts'
import { withDaemon } from '../daemon/with-daemon.ts'
import { CliError } from '../exit.ts'
import type { Run } from '../program.ts'
import type { Invitation, ListedUser } from './user.ts'

interface Options {
  readonly user?: string
  readonly open: boolean
}

export function register(program: Command, run: Run): void {
  program
    .command('console')
    .description('open the console of the daemon that runs here, signed in')
    .option('--user <address>', 'whom to sign in (default: an owner)')
    .option('--no-open', 'only print the link')
    .addHelpText(
      'after',
      '\nThe link signs in once, within five minutes. Where there is no user yet, it makes the first owner.\n\nExamples:\n  $ broadsheet console\n  $ broadsheet console --user mo@example.org --no-open\n',
    )
    .action(
      run((cli, { user, open }: Options) =>
        withDaemon(cli, {}, async ({ client, kind }) => {
          if (kind === 'own')
            throw new CliError(
              'unreachable',
              'No daemon runs on this data folder. Start it in another terminal: broadsheet serve',
            )
          const link = await consoleLink(client, user)
          cli.result({ url: link }, () => link)
          if (open && cli.stdout.isTTY === true) openInBrowser(link)
        }),
      ),
    )
}

/** An address of the console that lets its reader in once. Rejects with E_NOT_FOUND for a user who is none. */
export async function consoleLink(client: Client, name?: string): Promise<string> {
  const to = (path: string, { token }: Invitation): string => `${client.url}/#/${path}?token=${token}`
  const who = name ?? (await firstOwner(client))
  if (who === null) return to('accept', await client.post<Invitation>('/users/first'))
  return to('enter', await client.post<Invitation>(`/users/${encodeURIComponent(who)}/enter`))
}

/** Somebody who may do everything and can sign in; null: there is nobody yet. */
async function firstOwner(client: Client): Promise<string | null> {
  for await (const { name, role, invited, disabledAt } of client.rows<ListedUser>('/users'))
    if (role === 'owner' && !invited && disabledAt === null) return name
  return null
}

const openers: { readonly [platform: string]: readonly [string, ...string[]] } = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

/** Where there is no browser the link is on the screen all the same. */
function openInBrowser(url: string): void {
  const [program, ...args] = openers[process.platform] ?? ['xdg-open']
  const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
}
