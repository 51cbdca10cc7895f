import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Command } from 'commander'
import type { LetterPreview, TemplateProblem } from '../../../engine/engine.ts'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { Campaign } from '../../../engine/model/campaign.ts'
import type { List } from '../../../engine/model/list.ts'
import type {
  Template,
  TemplateInput,
  TemplateVersion,
  TemplateVersionHead,
} from '../../../engine/model/template.ts'
import { readTemplates } from '../../templates/files.ts'
import { createPictures, type Picture } from '../../templates/pictures.ts'
import type { Cli } from '../cli.ts'
import type { Client } from '../daemon/client.ts'
import { channelsOf, find, pathTo } from '../daemon/find.ts'
import { withDaemon } from '../daemon/with-daemon.ts'
import type { Run } from '../program.ts'
import { bytes, many, plain, time } from '../terminal/format.ts'
import { type PreviewOptions, previewOptions, showPreview } from '../terminal/preview.ts'
import { addAsset } from './asset.ts'

const fileHelp = `
A file begins with its subject and preheader, as YAML between two lines of "---":

  ---
  subject: "The week in {{ subscriber.attributes.city | default: 'town' }}"
  preheader: "{{ items.size }} stories for you"
  ---
  <h1>Good morning, {{ subscriber.name }}</h1>

weekly.html is the template "weekly"; weekly.de.html its German variant, weekly.txt its text part (made
from the HTML where there is none). Files in a folder layouts/ or partials/ are what letters take in.
Pictures and fonts beside them, shown by a relative path (src="img/logo.png"), are kept as assets.

Examples:
  $ broadsheet template check weekly.html
  $ broadsheet template add templates/
`

export function register(program: Command, run: Run): void {
  const command = program
    .command('template')
    .description('what letters are made from: Liquid in HTML, MJML or Markdown')

  command
    .command('list')
    .alias('ls')
    .description('show all templates')
    .action(
      run((cli) =>
        withDaemon(cli, {}, ({ client }) =>
          cli.table(
            client.rows<Template>('/templates'),
            [
              { title: 'NAME', of: ({ name }) => name },
              { title: 'KIND', of: ({ kind }) => kind },
              { title: 'FORMAT', of: ({ format }) => format },
              { title: 'LANGUAGES', of: ({ variants }) => Object.keys(variants).join(', ') },
              { title: 'SUBJECT', of: ({ subject }) => subject, flexible: true },
              { title: 'CHANGED', of: ({ updatedAt }) => time(updatedAt) },
            ],
            'No templates yet. Add some: broadsheet template add FILE',
          ),
        ),
      ),
    )

  command
    .command('show')
    .argument('<name>')
    .argument('[version]', 'as it was in this version')
    .description('print a template as it is kept')
    .action(
      run((cli, name: string, version: string | undefined) =>
        withDaemon(cli, {}, async ({ client }) => {
          const present = await find<Template>(client, 'templates', 'template', name)
          const template =
            version === undefined ? present : await client.get<TemplateVersion>(versionsOf(present, version))
          cli.result(template, () => {
            const { kind, format, version, subject, preheader, body, variants } = template
            const languages = Object.keys(variants)
            const facts = `${kind}, ${format}, version ${version}${languages.length === 0 ? '' : `, also in ${languages.join(', ')}`}`
            const parts = [cli.style('bold', template.name) + cli.style('dim', `  ${facts}`)]
            if (subject !== '') parts.push(`${cli.style('dim', 'subject')}    ${plain(subject)}`)
            if (preheader !== '') parts.push(`${cli.style('dim', 'preheader')}  ${plain(preheader)}`)
            return [...parts, '', plain(body)].join('\n')
          })
        }),
      ),
    )

  command
    .command('versions')
    .argument('<name>')
    .description('what a template was, newest first: who wrote it and when')
    .action(
      run((cli, name: string) =>
        withDaemon(cli, {}, async ({ client }) => {
          const template = await find<Template>(client, 'templates', 'template', name)
          await cli.table(
            client.rows<TemplateVersionHead>(versionsOf(template)),
            [
              { title: 'VERSION', of: ({ version }) => String(version), align: 'right' },
              { title: 'WRITTEN', of: ({ at }) => time(at) },
              { title: 'BY', of: ({ author }) => author ?? '' },
              { title: 'BYTES', of: (head) => bytes(head.bytes), align: 'right' },
              { title: 'SUBJECT', of: ({ subject }) => subject, flexible: true },
            ],
            'No versions.',
          )
        }),
      ),
    )

  command
    .command('restore')
    .argument('<name>')
    .argument('<version>', 'one that "broadsheet template versions" lists')
    .description('write what a template was as its newest version')
    .action(
      run((cli, name: string, version: string) =>
        withDaemon(cli, {}, async ({ client }) => {
          const present = await find<Template>(client, 'templates', 'template', name)
          const {
            at: _,
            author: __,
            version: ___,
            ...was
          } = await client.get<TemplateVersion>(versionsOf(present, version))
          // Campaigns know it by the name it has now.
          const restored = await save(client, { ...was, name: present.name })
          cli.result({ name: present.name, ...restored, restored: Number(version) }, () =>
            restored.outcome === 'unchanged'
              ? `${present.name} is as it was in version ${version} already.`
              : `${cli.style('green', '✓')} ${present.name}  as in version ${version}, now version ${restored.version}`,
          )
        }),
      ),
    )

  command
    .command('add')
    .argument('<path...>', 'files or folders')
    .description('add templates from files, or replace those of the same name')
    .option('--force', 'keep it even where it does not compile')
    .addHelpText('after', fileHelp)
    .action(
      run((cli, paths: readonly string[], options: { force?: boolean }) =>
        withDaemon(cli, {}, async ({ client }) => {
          // Layouts and partials first: letters are checked with them.
          const order = { layout: 0, partial: 0, letter: 1 } as const
          const shown: Picture[] = []
          const inputs = paths
            .flatMap((path) => {
              const pictures = createPictures(folderOf(path))
              const read = readTemplates(path, pictures.rewrite)
              shown.push(...pictures.found())
              return read
            })
            .sort((a, b) => order[a.kind] - order[b.kind])
          for (const { file, name } of shown) {
            const added = await addAsset(cli, client, file, name)
            if (added.created)
              cli.say(
                `${cli.style('green', '✓')} ${name}  ${cli.style('dim', `asset, ${bytes(added.bytes)}`)}`,
              )
          }
          for (const input of inputs) {
            const problems = input.kind === 'letter' ? await check(client, input) : []
            if (problems.length > 0 && options.force !== true) throw notCompiling(input.name, problems)
            const { outcome, version } = await save(client, input)
            cli.result({ name: input.name, kind: input.kind, outcome, version }, () => {
              const mark = problems.length === 0 ? cli.style('green', '✓') : cli.style('yellow', '!')
              return `${mark} ${input.name}  ${outcome}${input.kind === 'letter' ? '' : ` (${input.kind})`}, version ${version}`
            })
          }
        }),
      ),
    )

  command
    .command('check')
    .argument('<path...>', 'files, folders or names of kept templates')
    .description('do they compile? Changes nothing')
    .action(
      run((cli, paths: readonly string[]) =>
        withDaemon(cli, {}, async ({ client }) => {
          for (const path of paths) {
            const inputs = isPath(path) ? readTemplates(path) : [await kept(client, path)]
            for (const input of inputs) showProblems(cli, input, await check(client, input))
          }
        }),
      ),
    )

  previewOptions(
    command
      .command('preview')
      .argument('<name>', 'a kept template, or a file')
      .argument('<address>', 'as this address would get it')
      .option('--list <name>', 'the list it would go to (default: the first)')
      .description('a letter of this template, sent to nobody'),
  )
    .addHelpText(
      'after',
      '\nExample:\n  $ broadsheet template preview weekly ada@example.org --html > letter.html\n',
    )
    .action(
      run((cli, name: string, address: string, options: PreviewOptions & { list?: string }) =>
        withDaemon(cli, {}, async ({ client }) => {
          const preview = await previewTemplate(client, name, address, options.list)
          await showPreview(cli, preview, options)
          if (!isPath(name)) await warnOfProblems(cli, client, name)
        }),
      ),
    )

  command
    .command('remove')
    .argument('<name>')
    .description('remove a template; what is going out keeps its own copy')
    .action(
      run((cli, name: string) =>
        withDaemon(cli, {}, async ({ client }) => {
          const found = await find<Template>(client, 'templates', 'template', name)
          await client.delete(pathTo('templates', found.id))
          cli.result({ removed: found.name }, () => `Removed the template "${found.name}".`)
        }),
      ),
    )
}

const versionsOf = ({ id }: Template, version?: string): string =>
  pathTo('templates', id, version === undefined ? '/versions' : `/versions/${encodeURIComponent(version)}`)

/** What templates show lies in the folder that is given, or beside the file that is. */
const folderOf = (path: string): string =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === false ? dirname(path) : path

/** Names may have dots: an ending or a slash makes a path. */
const isPath = (text: string): boolean => /[/\\]|^\.|\.(html?|mjml|md|markdown)$/i.test(text)

const check = async (client: Client, input: TemplateInput): Promise<readonly TemplateProblem[]> =>
  (await client.post<{ problems: readonly TemplateProblem[] }>('/templates/check', input)).problems

async function kept(client: Client, name: string): Promise<TemplateInput> {
  const {
    id: _,
    version: __,
    createdAt: ___,
    updatedAt: ____,
    ...input
  } = await find<Template>(client, 'templates', 'template', name)
  return input
}

/** A preview shows what is there; this tells what is not: an unknown variable is just empty in it. */
export async function warnOfProblems(cli: Cli, client: Client, name: string): Promise<void> {
  for (const problem of await check(client, await kept(client, name)))
    cli.warn(`${place(problem)}: ${plain(problem.message)}`)
}

/** Add or replace. */
export async function save(
  client: Client,
  input: TemplateInput,
): Promise<{ outcome: 'created' | 'updated' | 'unchanged'; version: number }> {
  const present = await client.get<Template>(pathTo('templates', input.name)).catch((error: unknown) => {
    if (error instanceof BroadsheetError && error.code === 'E_NOT_FOUND') return null
    throw error
  })
  if (present === null) {
    const { version } = await client.post<Template>('/templates', input)
    return { outcome: 'created', version }
  }
  const same = (Object.keys(input) as (keyof TemplateInput)[]).every(
    (key) => JSON.stringify(present[key]) === JSON.stringify(input[key]),
  )
  if (same) return { outcome: 'unchanged', version: present.version }
  const { version } = await client.put<Template>(pathTo('templates', present.id), present.version, input)
  return { outcome: 'updated', version }
}

const place = ({ template, part, language, line, column }: TemplateProblem): string =>
  `${template}, ${part}${language === null ? '' : ` (${language})`}, line ${line}, column ${column}`

function notCompiling(name: string, problems: readonly TemplateProblem[]): BroadsheetError {
  return new BroadsheetError('E_TEMPLATE', `The template "${name}" does not compile; nothing was kept.`, {
    issues: problems.map((problem) => ({ path: place(problem), message: problem.message })),
  })
}

function showProblems(cli: Cli, { name, kind }: TemplateInput, problems: readonly TemplateProblem[]): void {
  if (problems.length > 0) cli.exit('refused')
  cli.result({ name, kind, ok: problems.length === 0, problems }, () =>
    problems.length === 0
      ? `${cli.style('green', '✓')} ${name}  compiles`
      : [
          `${cli.style('red', '✗')} ${name}  ${many(problems.length, 'problem')}`,
          ...problems.map((problem) => `  ${place(problem)}: ${plain(problem.message)}`),
        ].join('\n'),
  )
}

/** A letter needs a campaign around it: the newest that uses the template, or a draft that is gone again
 *  before anybody can start it. */
async function previewTemplate(
  client: Client,
  name: string,
  address: string,
  list: string | undefined,
): Promise<LetterPreview> {
  const preview = (campaign: Campaign) =>
    client.post<LetterPreview>(pathTo('campaigns', campaign.id, '/preview'), { address })
  const isFile = isPath(name)
  if (!isFile) await find(client, 'templates', 'template', name)
  if (!isFile && list === undefined) {
    const using = await client.all<Campaign>('/campaigns')
    const newest = using.filter((campaign) => campaign.template === name).at(-1)
    if (newest !== undefined) return preview(newest)
  }
  const [input] = isFile ? readTemplates(name) : []
  const lists = await client.all<List>('/lists')
  const chosen = list ?? lists[0]?.name
  if (chosen === undefined)
    throw new BroadsheetError(
      'E_INPUT',
      'A letter goes to a list, and there is none yet: broadsheet list add newsletter',
    )
  const [channel] = await channelsOf(client)
  const passing = `preview-${Date.now().toString(36)}`
  await using undo = new AsyncDisposableStack()
  if (input !== undefined) {
    const draft = await client.post<Template>('/templates', { ...input, name: passing })
    undo.defer(() => client.delete(pathTo('templates', draft.id)))
  }
  const campaign = await client.post<Campaign>('/campaigns', {
    name: passing,
    title: input?.name ?? name,
    template: input === undefined ? name : passing,
    sender: { address: 'preview@example.org' },
    lists: [chosen],
    ...(channel === undefined ? {} : { channel: channel.name }),
  })
  undo.defer(() => client.delete(pathTo('campaigns', campaign.id)))
  return await preview(campaign)
}
