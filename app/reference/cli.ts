import { PassThrough } from 'node:stream'
import type { Command } from 'commander'
import { allCommands } from '../cli/commands/all.ts'
import { type ExitName, exitCodes, exitMeanings } from '../cli/exit.ts'
import { createProgram } from '../cli/program.ts'
import { cell } from './cell.ts'

/** Every command with its arguments and flags, in the order of the help, as a page of Markdown. */
export function cliPage(): string {
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
  const { command } = createProgram(outside, allCommands)
  return [
    '# Command line',
    'Made by `npm run docs:generate`. `broadsheet COMMAND --help` says the same.',
    '## With every command',
    flags(command),
    '## Exit codes',
    [
      '| code | name | what |',
      '| --- | --- | --- |',
      ...Object.entries(exitCodes).map(
        ([name, code]) => `| ${code} | ${name} | ${exitMeanings[name as ExitName]} |`,
      ),
    ].join('\n'),
    ...command.commands.flatMap((one) => sections(one, 'broadsheet', 2)),
    '',
  ].join('\n\n')
}

function sections(command: Command, above: string, depth: number): string[] {
  const name = `${above} ${command.name()}`
  const usage = [name, command.usage()].join(' ').trim()
  // The usage names all of them; most say by their name what they are.
  const told = command.registeredArguments.filter(({ description }) => description !== '')
  return [
    `${'#'.repeat(Math.min(depth, 4))} ${name}`,
    command.description(),
    ...(command.commands.length === 0 ? [`\`${usage}\``] : []),
    ...(told.length === 0
      ? []
      : [
          [
            '| argument | what |',
            '| --- | --- |',
            ...told.map((one) => `| \`${one.name()}\` | ${cell(one.description)} |`),
          ].join('\n'),
        ]),
    ...(command.options.length === 0 ? [] : [flags(command)]),
    ...command.commands.flatMap((one) => sections(one, name, depth + 1)),
  ]
}

const flags = (command: Command): string =>
  [
    '| flag | what | default |',
    '| --- | --- | --- |',
    ...command.options
      .filter(({ hidden }) => !hidden)
      .map(({ flags, description, defaultValue }) => {
        const value =
          defaultValue === undefined || defaultValue === false || [defaultValue].flat().length === 0
            ? ''
            : `\`${defaultValue}\``
        return `| \`${cell(flags)}\` | ${cell(description)} | ${value} |`
      }),
  ].join('\n')
