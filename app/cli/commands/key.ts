import type { Command } from 'commander'
import { scopes } from '../../../engine/model/scope.ts'
import { notNamed, pathTo } from '../daemon/find.ts'
import { withDaemon } from '../daemon/with-daemon.ts'
import type { Run } from '../program.ts'
import { time } from '../terminal/format.ts'
import { parseWhen } from '../when.ts'

export interface ListedKey {
  readonly id: number
  readonly name: string
  readonly createdAt: number
  readonly scopes: readonly string[]
  readonly expiresAt: number | null
  readonly lastUsedAt: number | null
}
/** The answer to making a key: the only time that its secret is shown. */
export interface MadeKey extends ListedKey {
  readonly secret: string
}

export function register(program: Command, run: Run): void {
  const command = program.command('key').description('keys to the HTTP API')

  command
    .command('create')
    .alias('add')
    .argument('<name>', 'what it is for, e.g. "shop"')
    .description('make a key; it is shown this once')
    .option('--scope <scope...>', 'what it may do (default: everything); repeat it, or write several')
    .option('--expires <time>', 'when it ends, such as +90d or 2026-12-31 (default: never)')
    .addHelpText(
      'after',
      '\nExample:\n  $ broadsheet key create shop --scope subscribers:read subscribers:write --expires +365d\n  $ curl -H "authorization: Bearer KEY" http://localhost:8025/api/v1/lists\n',
    )
    .action(
      run((cli, name: string, options: { scope?: readonly string[]; expires?: string }) =>
        withDaemon(cli, {}, async ({ client }) => {
          const { scope = null, expires } = options
          const made = await client.post<MadeKey>('/keys', {
            name,
            scopes: scope,
            expiresAt: expires === undefined ? null : parseWhen(expires, Date.now()),
          })
          // The key alone on stdout: KEY=$(broadsheet key create shop)
          cli.result(made, () => made.secret)
          cli.remark(
            `This is the key "${made.name}". It is shown only now: keep it where passwords are kept.`,
          )
        }),
      ),
    )

  command
    .command('list')
    .alias('ls')
    .description('show all keys, without their secrets')
    .action(
      run((cli) =>
        withDaemon(cli, {}, ({ client }) =>
          cli.table(
            client.rows<ListedKey>('/keys'),
            [
              { title: 'ID', of: ({ id }) => id, align: 'right' },
              { title: 'NAME', of: ({ name }) => name, flexible: true },
              { title: 'CREATED', of: ({ createdAt }) => time(createdAt) },
              {
                title: 'LAST USED',
                of: ({ lastUsedAt }) => (lastUsedAt === null ? 'never' : time(lastUsedAt)),
              },
              { title: 'ENDS', of: ({ expiresAt }) => (expiresAt === null ? 'never' : time(expiresAt)) },
              {
                title: 'SCOPES',
                of: ({ scopes: may }) => (may.length === scopes.length ? 'all' : may.join(' ')),
                flexible: true,
              },
            ],
            'No keys yet. Make one: broadsheet key create NAME',
          ),
        ),
      ),
    )

  command
    .command('remove')
    .argument('<name>')
    .description('take a key out of use, within seconds on every daemon')
    .action(
      run((cli, name: string) =>
        withDaemon(cli, {}, async ({ client }) => {
          const keys = await client.all<ListedKey>('/keys')
          const found = keys.find((key) => key.name === name || String(key.id) === name)
          if (found === undefined) throw notNamed('key', name, keys)
          await client.delete(pathTo('keys', found.id))
          cli.result({ removed: found.name }, () => `Removed the key "${found.name}".`)
        }),
      ),
    )
}
