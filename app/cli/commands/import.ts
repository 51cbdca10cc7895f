import { type Command, Option } from 'commander'
import { presetNames } from '../../../engine/audience/columns/presets.ts'
import { mergeRules } from '../../../engine/ports/subscribers.ts'
import { type ImportFileOptions, importFile, importOptions } from '../files/import.ts'
import { collect, words } from '../files/input.ts'
import type { Run } from '../program.ts'

interface SubscriberOptions extends ImportFileOptions {
  readonly list: readonly string[]
  readonly createLists?: boolean
  readonly merge?: string
  readonly preset?: string
  readonly check: readonly string[]
}

export function register(program: Command, run: Run): void {
  const command = program
    .command('import')
    .description('read subscribers or items from CSV, TSV, NDJSON or XLSX, also packed as .gz or .zip')

  importOptions(command.command('subscribers').argument('<file>', '"-" is standard input'))
    .description('add or update subscribers; nobody who left comes back')
    .option('--list <name>', 'every row joins this list (repeatable)', collect, [])
    .option('--create-lists', 'make lists that rows name and that do not exist')
    .addOption(
      new Option('--merge <rule>', 'known people: overwrite, fill what is empty, or keep').choices([
        ...mergeRules,
      ]),
    )
    .addOption(
      new Option('--preset <product>', 'whose export it is (default: seen from the columns)').choices([
        ...presetNames,
        'none',
      ]),
    )
    .option(
      '--check <what=do>',
      'odd addresses, e.g. "role=reject,typo=warn,disposable=reject,mx=off"',
      collect,
      [],
    )
    .addHelpText(
      'after',
      `
A table needs a column "address" (or "email"). "name", "language", "timeZone", "status", "lists", "created_at" and
"topics" ("security:0.8;markets:0.3") are known, any other column becomes an attribute. Exports of ${presetNames.join(', ')}
are known by their columns.

Examples:
  $ broadsheet import subscribers people.csv --list newsletter --dry-run
  $ broadsheet import subscribers people.csv --list newsletter --map "Land=attributes.country"
  $ broadsheet import subscribers people.ndjson.gz --list newsletter --merge fill
`,
    )
    .action(
      run(async (cli, file: string, options: SubscriberOptions) => {
        const { merge, preset, createLists, check } = options
        await importFile(cli, {
          kind: 'subscribers',
          file,
          options,
          lists: words(options.list),
          query: {
            merge,
            preset,
            createLists: createLists === true ? 1 : undefined,
            check: check.length === 0 ? undefined : check.join(','),
          },
        })
      }),
    )

  importOptions(command.command('items').argument('<file>', '"-" is standard input'))
    .description('add or update items, by key or link')
    .addHelpText('after', '\nExample:\n  $ broadsheet import items articles.ndjson\n')
    .action(
      run((cli, file: string, options: ImportFileOptions) =>
        importFile(cli, { kind: 'items', file, options }),
      ),
    )
}
