import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import type { Cli } from '../cli.ts'
import { CliError } from '../exit.ts'

/** A new password: asked for twice on a terminal, which shows nothing of it; else the first line of standard input. */
export async function newPassword(cli: Cli): Promise<string> {
  if (!cli.stdin.isTTY) return firstLine(cli)
  const password = await ask(cli, 'New password: ')
  if ((await ask(cli, 'Once more: ')) !== password)
    throw new CliError('refused', 'They are not the same. Nothing was changed.')
  return password
}

async function ask(cli: Cli, question: string): Promise<string> {
  const dark = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: cli.stdin, output: dark, terminal: true })
  cli.stderr.write(question)
  try {
    return await lines.question('', { signal: cli.signal })
  } catch (error) {
    throw cli.signal.aborted ? new CliError('interrupted', 'Interrupted.') : error
  } finally {
    lines.close()
    cli.stderr.write('\n')
  }
}

async function firstLine({ stdin }: Cli): Promise<string> {
  const lines = createInterface({ input: stdin })
  try {
    for await (const line of lines) return line
  } finally {
    lines.close()
  }
  throw new CliError('usage', 'There is no password on standard input.')
}
