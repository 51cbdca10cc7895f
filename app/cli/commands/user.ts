import { type Command, Option } from 'commander'
import { roleScopes, roles } from '../../../engine/model/scope.ts'
import type { Cli } from '../cli.ts'
import { notNamed, pathTo } from '../daemon/find.ts'
import { withDaemon } from '../daemon/with-daemon.ts'
import type { Run } from '../program.ts'
import { plain, time } from '../terminal/format.ts'
import { newPassword } from '../terminal/password.ts'

export interface ListedUser {
  readonly id: number
  readonly name: string
  readonly fullName: string
  readonly role: string
  readonly invited: boolean
  readonly secondFactor: boolean
  readonly disabledAt: number | null
}
export interface Invitation {
  readonly token: string
  readonly expiresAt: number
  /** Null where the daemon has no `publicUrl`. */
  readonly link: string | null
}
interface Invited {
  readonly user: ListedUser
  readonly invitation: Invitation
}

const stateOf = ({ disabledAt, invited }: ListedUser): string =>
  disabledAt !== null ? 'disabled' : invited ? 'invited' : 'active'

const roleOption = (words: string) => new Option('--role <role>', words).choices([...roles])

const rolesHelp = `
Roles:
${roles.map((role) => `  ${role.padEnd(11)} ${role === 'owner' ? 'everything' : roleScopes[role].join(', ')}`).join('\n')}
`

/** The token alone on stdout, so that a script can hand it on. */
function hand(cli: Cli, value: object, { token, expiresAt, link }: Invitation, whose: string): void {
  cli.result(value, () => token)
  cli.remark(
    `This is the token with which ${whose} chooses a password, once, until ${time(expiresAt)}. It is shown only now.\n` +
      (link === null ? '' : `  ${link}\n`) +
      `  $ broadsheet user accept ${token}`,
  )
}

export function register(program: Command, run: Run): void {
  const command = program.command('user').description('people who sign in, and what they may do')

  command
    .command('invite')
    .argument('<address>', 'the e-mail address they sign in with')
    .description('let somebody in; the token for it is shown this once')
    .addOption(roleOption('what they may do').makeOptionMandatory())
    .option('--name <name>', 'what they are called')
    .addHelpText('after', `${rolesHelp}\nExample:\n  $ broadsheet user invite mo@example.org --role editor\n`)
    .action(
      run((cli, address: string, { role, name = '' }: { role: string; name?: string }) =>
        withDaemon(cli, {}, async ({ client }) => {
          const made = await client.post<Invited>('/users', { name: address, fullName: name, role })
          hand(cli, made, made.invitation, made.user.name)
        }),
      ),
    )

  command
    .command('owner')
    .description('a new token for the first owner, where there is none yet')
    .action(
      run((cli) =>
        withDaemon(cli, {}, async ({ client }) => {
          const invitation = await client.post<Invitation>('/users/first')
          hand(cli, invitation, invitation, 'the first owner')
        }),
      ),
    )

  command
    .command('accept')
    .argument('<token>', 'of an invitation, a reset, or "broadsheet init"')
    .description('choose a password; it is asked for, or read from standard input')
    .option('--address <address>', 'of the first owner: the e-mail address to sign in with')
    .option('--name <name>', 'what you are called')
    .addHelpText(
      'after',
      '\nExample:\n  $ broadsheet user accept bst_... --address me@example.org\n  $ broadsheet user accept bst_... < password-file\n',
    )
    .action(
      run((cli, token: string, { address, name }: { address?: string; name?: string }) =>
        withDaemon(cli, {}, async ({ client }) => {
          const password = await newPassword(cli)
          const user = await client.post<ListedUser>('/access/accept', {
            token,
            password,
            name: address,
            fullName: name,
          })
          cli.result(user, () => `${user.name} may sign in as ${user.role}.`)
        }),
      ),
    )

  command
    .command('list')
    .alias('ls')
    .description('show who may sign in')
    .action(
      run((cli) =>
        withDaemon(cli, {}, ({ client }) =>
          cli.table(
            client.rows<ListedUser>('/users'),
            [
              { title: 'ID', of: ({ id }) => id, align: 'right' },
              { title: 'ADDRESS', of: ({ name }) => name, flexible: true },
              { title: 'NAME', of: ({ fullName }) => plain(fullName), flexible: true },
              { title: 'ROLE', of: ({ role }) => role },
              { title: 'STATE', of: stateOf },
              { title: 'SECOND FACTOR', of: ({ secondFactor }) => (secondFactor ? 'yes' : 'no') },
            ],
            'Nobody yet. Invite the first owner: broadsheet user owner',
          ),
        ),
      ),
    )

  command
    .command('set')
    .argument('<user>', 'address or id')
    .description('change what somebody may do, or keep them out; it signs them out')
    .addOption(roleOption('what they may do'))
    .option('--name <name>', 'what they are called')
    .option('--disable', 'they cannot sign in')
    .option('--enable', 'they can again')
    .addHelpText('after', rolesHelp)
    .action(
      run((cli, who: string, options: { role?: string; name?: string; disable?: true; enable?: true }) =>
        withDaemon(cli, {}, async ({ client }) => {
          const { role, name, disable, enable } = options
          const user = await client.patch<ListedUser>(pathTo('users', who), {
            role,
            fullName: name,
            disabled: disable ?? (enable === true ? false : undefined),
          })
          cli.result(user, () => `${user.name} is ${stateOf(user)}, as ${user.role}.`)
        }),
      ),
    )

  command
    .command('reset')
    .argument('<user>', 'address or id')
    .description('a new token for somebody who lost their password or invitation')
    .option('--second-factor', 'they lost their second factor, too')
    .action(
      run((cli, who: string, { secondFactor = false }: { secondFactor?: boolean }) =>
        withDaemon(cli, {}, async ({ client }) => {
          const made = await client.post<Invited>(pathTo('users', who, '/reset'), { secondFactor })
          hand(cli, made, made.invitation, made.user.name)
        }),
      ),
    )

  command
    .command('sign-out')
    .argument('<user>', 'address or id')
    .description('end all sessions of somebody')
    .action(
      run((cli, who: string) =>
        withDaemon(cli, {}, async ({ client }) => {
          await client.delete(pathTo('users', who, '/sessions'))
          cli.result({ signedOut: who }, () => `${who} is signed out everywhere.`)
        }),
      ),
    )

  command
    .command('remove')
    .argument('<user>', 'address or id')
    .description('remove somebody; what they did stays in the audit log')
    .action(
      run((cli, who: string) =>
        withDaemon(cli, {}, async ({ client }) => {
          const users = await client.all<ListedUser>('/users')
          const found = users.find(({ id, name }) => name === who.toLowerCase() || String(id) === who)
          if (found === undefined) throw notNamed('user', who, users)
          await client.delete(pathTo('users', found.id))
          cli.result({ removed: found.name }, () => `Removed ${found.name}.`)
        }),
      ),
    )
}
