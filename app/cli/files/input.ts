import { createReadStream, readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { isMap, parseDocument } from 'yaml'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { Json } from '../../../engine/model/ids.ts'
import type { Cli } from '../cli.ts'

/** A file or, for `-`, standard input; `size` in bytes where it is known. */
export async function openInput(cli: Cli, file: string): Promise<{ stream: Readable; size: number | null }> {
  if (file === '-') return { stream: cli.stdin, size: null }
  try {
    const { size } = await stat(file).then((found) => {
      if (found.isDirectory()) throw new BroadsheetError('E_INPUT', `${file} is a folder, not a file.`)
      return found
    })
    return { stream: createReadStream(file, { highWaterMark: 256 * 1024 }), size }
  } catch (error) {
    throw unreadable(file, error)
  }
}

/** A table from a YAML or JSON file, or from standard input. */
export async function readTable(cli: Cli, file: string): Promise<Record<string, unknown>> {
  const text = file === '-' ? await readAll(cli.stdin) : readWhole(file)
  const document = parseDocument(text)
  const [error] = document.errors
  if (error !== undefined)
    throw new BroadsheetError('E_INPUT', `${file} is neither YAML nor JSON: ${error.message}`)
  if (!isMap(document.contents))
    throw new BroadsheetError('E_INPUT', `${file} must hold a table, such as "name: weekly".`)
  return document.toJS() as Record<string, unknown>
}

function readWhole(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw unreadable(file, error)
  }
}

async function readAll(stream: Readable): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

function unreadable(file: string, error: unknown): unknown {
  if (error instanceof BroadsheetError) return error
  if ((error as NodeJS.ErrnoException).code === 'ENOENT')
    return new BroadsheetError('E_INPUT', `There is no file ${file}.`)
  return new BroadsheetError('E_INPUT', `${file} could not be read: ${(error as Error).message}`)
}

/** `KEY=VALUE` pairs as a table: JSON values where they are JSON, else texts. */
export function pairs(list: readonly string[], option: string): Record<string, Json> {
  return Object.fromEntries(
    list.map((pair) => {
      const equals = pair.indexOf('=')
      if (equals < 1) throw new BroadsheetError('E_INPUT', `${option} "${pair}" must be KEY=VALUE.`)
      return [pair.slice(0, equals), jsonOrText(pair.slice(equals + 1))]
    }),
  )
}

/** `KEY=VALUE` pairs as a table of texts. */
export function texts(list: readonly string[], option: string): Record<string, string> {
  return Object.fromEntries(
    list.map((pair) => {
      const equals = pair.indexOf('=')
      if (equals < 1) throw new BroadsheetError('E_INPUT', `${option} "${pair}" must be NAME=VALUE.`)
      return [pair.slice(0, equals), pair.slice(equals + 1)]
    }),
  )
}

function jsonOrText(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}

/** `a,b` and repeated options alike. */
export const words = (list: readonly string[]): string[] =>
  list
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '')

export const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value]
