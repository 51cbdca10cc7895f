import type { Command } from 'commander'
import type { FeedOutcome, FeedPreview } from '../../../engine/engine.ts'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { Feed, FeedState, KeywordRule } from '../../../engine/model/feed.ts'
import { find, pathTo } from '../daemon/find.ts'
import { withDaemon } from '../daemon/with-daemon.ts'
import { collect, words } from '../files/input.ts'
import type { Run } from '../program.ts'
import { duration, many, plain, time } from '../terminal/format.ts'

type FeedView = Feed & { readonly state: FeedState | null }

interface RuleOptions {
  readonly topic: readonly string[]
  readonly category: readonly string[]
  readonly keyword: readonly string[]
  readonly language?: string
}
interface AddOptions extends RuleOptions {
  readonly title?: string
  readonly every?: string
  readonly atMost?: string
  readonly paused?: boolean
}

const withRules = (command: Command): Command =>
  command
    .option('--topic <topic>', 'a topic of every item (repeatable)', collect, [])
    .option('--category <name=topic>', "a topic for the feed's own category (repeatable)", collect, [])
    .option(
      '--keyword <topic=words>',
      'a topic for items with one of "word, two words" (repeatable)',
      collect,
      [],
    )
    .option('--language <tag>', 'of items that say none')

export function register(program: Command, run: Run): void {
  const command = program.command('feed').description('feeds that items come from: RSS, Atom, RDF, JSON Feed')

  command
    .command('list')
    .alias('ls')
    .description('show all feeds')
    .action(
      run((cli) =>
        withDaemon(cli, {}, ({ client }) =>
          cli.table(
            client.rows<FeedView>('/feeds'),
            [
              { title: 'NAME', of: ({ name }) => name },
              { title: 'URL', of: ({ url }) => url, flexible: true },
              { title: 'ITEMS', of: ({ state }) => state?.itemsSeen ?? 0, align: 'right' },
              { title: 'READ', of: ({ state }) => time(state?.lastFetchedAt ?? null) },
              { title: 'STATE', of: stateWord },
            ],
            'No feeds yet. Add one: broadsheet feed add NAME URL',
          ),
        ),
      ),
    )

  withRules(
    command
      .command('add')
      .argument('<name>', 'lower-case letters, digits, "-", "_" or "."')
      .argument('<url>'),
  )
    .description('add a feed; the daemon reads it at once')
    .option('--title <title>', 'what people see')
    .option('--every <minutes>', 'read it no more often than this')
    .option('--at-most <minutes>', 'read it no less often than this')
    .option('--paused', 'do not read it yet')
    .addHelpText(
      'after',
      '\nExample:\n  $ broadsheet feed add harbour https://harbour.example/feed --topic harbour --category "IT-Sicherheit=security"\n',
    )
    .action(
      run((cli, name: string, url: string, options: AddOptions) =>
        withDaemon(cli, {}, async ({ client }) => {
          const { title, every, atMost, paused } = options
          const made = await client.post<FeedView>('/feeds', {
            name,
            url,
            ...rulesOf(options),
            ...(title === undefined ? {} : { title }),
            ...(every === undefined ? {} : { minIntervalMs: minutes(every, '--every') }),
            ...(atMost === undefined ? {} : { maxIntervalMs: minutes(atMost, '--at-most') }),
            ...(paused === true ? { enabled: false } : {}),
          })
          cli.result(
            made,
            () => `Added the feed "${made.name}". Read it now: broadsheet feed fetch ${made.name}`,
          )
        }),
      ),
    )

  command
    .command('show')
    .argument('<name>')
    .description('show one feed and where its reading stands')
    .action(
      run((cli, name: string) =>
        withDaemon(cli, {}, async ({ client }) => {
          const feed = await find<FeedView>(client, 'feeds', 'feed', name)
          cli.result(feed, () => describe(feed).join('\n'))
        }),
      ),
    )

  withRules(command.command('preview').argument('<url>'))
    .description('show what a feed would bring, without keeping anything')
    .action(
      run((cli, url: string, options: RuleOptions) =>
        withDaemon(cli, {}, async ({ client }) => {
          const preview = await client.post<FeedPreview>('/feeds/preview', { url, ...rulesOf(options) })
          if (cli.options.json) {
            cli.result(preview, () => '')
            return
          }
          cli.say(
            `${cli.style('bold', plain(preview.title ?? preview.url))}  ${preview.format}, ${many(preview.items.length, 'item')}`,
          )
          await cli.table(
            preview.items,
            [
              { title: 'TITLE', of: ({ title }) => title, flexible: true },
              { title: 'TOPICS', of: ({ topics }) => topics.join(', ') },
              { title: 'PUBLISHED', of: ({ publishedAt }) => time(publishedAt ?? null) },
            ],
            'It has no items.',
          )
          if (preview.categories.length > 0)
            cli.say(cli.style('dim', `categories: ${preview.categories.slice(0, 20).map(plain).join(', ')}`))
          for (const warning of preview.warnings) cli.warn(plain(warning))
        }),
      ),
    )

  command
    .command('fetch')
    .argument('<name>')
    .description('read a feed now')
    .action(
      run((cli, name: string) =>
        withDaemon(cli, {}, async ({ client }) => {
          const { id, name: known } = await find<FeedView>(client, 'feeds', 'feed', name)
          const result = await client.post<{ outcome: FeedOutcome; state: FeedState }>(
            pathTo('feeds', id, '/fetch'),
          )
          cli.result(result, () => said(known, result.outcome))
          if (result.outcome.kind === 'read')
            for (const warning of result.outcome.warnings) cli.warn(plain(warning))
          if (result.outcome.kind === 'failed' || result.outcome.kind === 'gone') cli.exit('partial')
        }),
      ),
    )

  command
    .command('remove')
    .argument('<name>')
    .description('remove a feed; its items stay')
    .action(
      run((cli, name: string) =>
        withDaemon(cli, {}, async ({ client }) => {
          const found = await find<FeedView>(client, 'feeds', 'feed', name)
          await client.delete(pathTo('feeds', found.id))
          cli.result({ removed: found.name }, () => `Removed the feed "${found.name}".`)
        }),
      ),
    )
}

function stateWord({ enabled, state }: FeedView): string {
  if (!enabled) return 'paused'
  if (state === null) return 'new'
  if (state.nextAt === null) return 'gone'
  return state.failures > 0 ? `failing (${state.failures})` : 'fine'
}

function said(name: string, outcome: FeedOutcome): string {
  switch (outcome.kind) {
    case 'read':
      return `Read "${name}": ${outcome.created} new, ${outcome.updated} changed, ${outcome.unchanged} as before.`
    case 'unchanged':
      return `Read "${name}": nothing changed.`
    case 'gone':
      return `"${name}" is gone for good (410). It is read no more: remove it, or add its new address.`
    case 'failed':
      return `"${name}" ${plain(outcome.detail)}.`
  }
}

function describe(feed: FeedView): string[] {
  const { state } = feed
  const rules = [
    ...(feed.topics.length > 0 ? [`topics ${feed.topics.join(', ')}`] : []),
    ...Object.entries(feed.categoryMap).map(
      ([category, topic]) => `category "${plain(category)}" -> ${topic}`,
    ),
    ...feed.keywordRules.map(
      ({ topic, words: list, in: where }) => `${list.map(plain).join(', ')} (${where}) -> ${topic}`,
    ),
  ]
  const standing =
    state === null
      ? ['never read']
      : [
          `read ${time(state.lastFetchedAt)}, next ${state.nextAt === null ? 'never: it is gone (410)' : time(state.nextAt)}, every ${duration(state.intervalMs)}`,
          `${many(state.itemsSeen, 'new item')} so far, the last ${time(state.lastItemAt) || 'never'}`,
          ...(state.failures > 0 ? [`failed ${state.failures} times: ${plain(state.lastError ?? '')}`] : []),
          ...(state.movedTo === null ? [] : [`moved to ${state.movedTo}`]),
        ]
  return [`${feed.name}  ${plain(feed.title)}`, feed.url, ...rules, ...standing]
}

function rulesOf({ topic, category, keyword, language }: RuleOptions) {
  const keywordRules: KeywordRule[] = keyword.map((text) => {
    const [name, list] = pair(text, '--keyword')
    return { topic: name, words: words([list]), in: 'any' }
  })
  // The topic is the last part: categories may have a "=" in them.
  const categoryMap = Object.fromEntries(
    category.map((text) => {
      const at = text.lastIndexOf('=')
      if (at < 1) throw misshapen(text, '--category')
      return [text.slice(0, at).trim(), text.slice(at + 1).trim()] as const
    }),
  )
  return { topics: words(topic), categoryMap, keywordRules, ...(language === undefined ? {} : { language }) }
}

function pair(text: string, flag: string): [string, string] {
  const at = text.indexOf('=')
  if (at < 1) throw misshapen(text, flag)
  return [text.slice(0, at).trim(), text.slice(at + 1)]
}

const misshapen = (text: string, flag: string): BroadsheetError =>
  new BroadsheetError(
    'E_INPUT',
    `${flag} "${text}" must be two parts with "=" between them: see "broadsheet feed add --help".`,
  )

function minutes(text: string, flag: string): number {
  const value = Number(text)
  if (!Number.isFinite(value) || value < 1)
    throw new BroadsheetError('E_INPUT', `${flag} "${text}" must be a number of minutes from 1.`)
  return Math.round(value * 60_000)
}
