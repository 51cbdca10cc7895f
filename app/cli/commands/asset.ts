import { basename } from 'node:path'
import type { Command } from 'commander'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { Asset, AssetHash } from '../../../engine/model/asset.ts'
import type { Cli } from '../cli.ts'
import type { Client } from '../daemon/client.ts'
import { pathTo } from '../daemon/find.ts'
import { withDaemon } from '../daemon/with-daemon.ts'
import { openInput } from '../files/input.ts'
import type { Run } from '../program.ts'
import { bytes, time } from '../terminal/format.ts'

export type ServedAsset = Omit<Asset, 'hash'> & { readonly sha256: AssetHash; readonly url: string }
export type AddedAsset = ServedAsset & { readonly created: boolean }

export function register(program: Command, run: Run): void {
  const command = program
    .command('asset')
    .description('pictures and fonts that templates, items and letters show')

  command
    .command('add')
    .argument('<file...>', 'PNG, JPEG, GIF, WebP, AVIF, WOFF2 or PDF')
    .description('keep files; a name that is there means the new bytes from now on')
    .option('--name <name>', 'what templates call it (one file; default: the name of the file)')
    .addHelpText(
      'after',
      `
Templates say {{ 'logo.png' | asset_url }}. Letters of campaigns that have begun keep the bytes they had.

Example:
  $ broadsheet asset add logo.png header.jpg
`,
    )
    .action(
      run((cli, files: readonly string[], options: { name?: string }) =>
        withDaemon(cli, {}, async ({ client }) => {
          if (options.name !== undefined && files.length > 1)
            throw new BroadsheetError('E_INPUT', '--name is for one file.')
          for (const file of files) {
            const name = options.name ?? labelOf(file)
            const added = await addAsset(cli, client, file, name)
            cli.result(added, () => {
              const facts = `${added.created ? 'added' : 'was there'}, ${bytes(added.bytes)}`
              return `${cli.style('green', '✓')} ${name}  ${cli.style('dim', facts)}  ${added.url}`
            })
          }
        }),
      ),
    )

  command
    .command('list')
    .alias('ls')
    .description('show all assets')
    .action(
      run((cli) =>
        withDaemon(cli, {}, ({ client }) =>
          cli.table(
            client.rows<ServedAsset>('/assets'),
            [
              {
                title: 'NAMES',
                of: ({ names, name }) => (names.length === 0 ? `(was ${name})` : names.join(', ')),
              },
              { title: 'TYPE', of: ({ type }) => type },
              { title: 'SIZE', of: (asset) => bytes(asset.bytes) },
              { title: 'POINTS', of: ({ width, height }) => (width === null ? '' : `${width} x ${height}`) },
              { title: 'ADDED', of: ({ createdAt }) => time(createdAt) },
              { title: 'ADDRESS', of: ({ url }) => url, flexible: true },
            ],
            'No assets yet. Add some: broadsheet asset add FILE',
          ),
        ),
      ),
    )

  command
    .command('remove')
    .argument('<name>', 'a name, or its SHA-256')
    .description('remove an asset, unless something refers to it')
    .option('--force', 'whatever refers to it: it is missing there then')
    .action(
      run((cli, name: string, options: { force?: boolean }) =>
        withDaemon(cli, {}, async ({ client }) => {
          const asset = await named(client, name)
          await client.delete(`${pathTo('assets', asset.sha256)}?force=${options.force === true}`)
          cli.result({ removed: asset.sha256 }, () => `Removed the asset "${name}".`)
        }),
      ),
    )
}

/** Letters, digits, "-", "_" and "." of a file's name. */
export const labelOf = (path: string): string =>
  basename(path)
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(-100) || 'file'

export async function addAsset(cli: Cli, client: Client, file: string, name: string): Promise<AddedAsset> {
  const { stream: body } = await openInput(cli, file)
  return client.send<AddedAsset>('/assets', { query: { name }, body, type: 'application/octet-stream' })
}

async function named(client: Client, name: string): Promise<ServedAsset> {
  for await (const asset of client.rows<ServedAsset>('/assets'))
    if (asset.names.includes(name) || asset.sha256 === name) return asset
  throw new BroadsheetError('E_NOT_FOUND', `There is no asset named "${name}". See: broadsheet asset list`)
}
