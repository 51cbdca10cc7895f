import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { PassThrough } from 'node:stream'
import type { Command } from 'commander'
import { lexer, walkTokens } from 'marked'
import { expect, test } from 'vitest'
import { allCommands } from '../../app/cli/commands/all.ts'
import { createProgram } from '../../app/cli/program.ts'

const root = resolve(import.meta.dirname, '../..')
const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
const pages = ['README.md', 'SECURITY.md', ...docs.map((file) => join('docs', file))].filter((file) =>
  file.endsWith('.md'),
)
const nowhere = new PassThrough() as unknown as NodeJS.WriteStream
const outside = {
  stdin: new PassThrough() as unknown as NodeJS.ReadStream,
  stdout: nowhere,
  stderr: nowhere,
  env: {},
  cwd: '/',
  version: '',
  signal: new AbortController().signal,
}
const { command: program } = createProgram(outside, allCommands)

/** Everything that a page lets people type, by line. */
function typedOn(page: string): readonly string[] {
  const lines: string[] = []
  void walkTokens(lexer(readFileSync(join(root, page), 'utf8')), (token) => {
    if (token.type === 'code' || token.type === 'codespan') lines.push(...String(token.text).split('\n'))
  })
  return lines.flatMap((line) => {
    const [, typed] = /^\s*(?:\$ )?(?:npx )?broadsheet ((?!COMMAND).*)$/.exec(line) ?? []
    return typed === undefined ? [] : [typed.split(/\s#|[|;&>)\\]/)[0]!.trim()]
  })
}

/** What is wrong with a line, or null. */
function problemOf(typed: string): string | null {
  let here: Command = program
  const known = new Set<string>()
  const add = ({ options }: Command) => {
    for (const { short, long } of options) for (const flag of [short, long]) if (flag) known.add(flag)
  }
  add(program)
  let isName = true
  for (const word of typed.split(/\s+/).filter(Boolean)) {
    if (word.startsWith('-')) {
      const [flag = ''] = word.split('=')
      if (here !== program) isName = false
      if (!known.has(flag) && flag !== '--help' && flag !== '-h')
        return `"${here.name()}" has no flag ${flag}`
      continue
    }
    if (!isName || here.commands.length === 0) continue
    const next = here.commands.find((one) => one.name() === word || one.aliases().includes(word))
    if (next === undefined) {
      // A word in place of a name, or of several.
      if (/^[A-Z.]/.test(word)) return null
      return `"${here.name()}" has no command "${word}"`
    }
    here = next
    add(here)
  }
  return null
}

test.each(pages)('%s lets people type only commands and flags that there are', (page) => {
  const wrong = typedOn(page).flatMap((typed) => {
    const problem = problemOf(typed)
    return problem === null ? [] : [`broadsheet ${typed}: ${problem}`]
  })
  expect(wrong).toEqual([])
})

test('mistakes are seen', () => {
  expect(pages.flatMap(typedOn).length).toBeGreaterThan(150)
  expect(problemOf('campaign strat weekly')).toBe('"campaign" has no command "strat"')
  expect(problemOf('campaign start weekly --quick')).toBe('"start" has no flag --quick')
  expect(problemOf('--json campaign start weekly --detach')).toBeNull()
})

test('docs/cli.md has every group of commands', () => {
  const table = readFileSync(join(root, 'docs/cli.md'), 'utf8').split('## Groups')[1]!
  const named = [...table.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/\w+/g)].map(([name]) => name),
  )
  const groups = program.commands.map((one) => one.name()).filter((name) => name !== 'help')
  expect(named.toSorted()).toEqual(groups.toSorted())
})
