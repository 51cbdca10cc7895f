import { lexer } from 'marked'

/** What the page says that curl is answered, or that a block writes. */
export interface Told {
  /** Null of what is written. */
  readonly status: number | null
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Lines of the body; of a JSON document, all of it in one. */
  readonly lines: readonly string[]
}

export interface Example {
  /** The heading that it stands below, and which block it is there. */
  readonly name: string
  readonly script: string
  readonly told: Told | null
}

/** The blocks of `sh` of a page, each with the block of `http`, or `text`, that follows it. */
export function examplesOf(markdown: string): readonly Example[] {
  const found: { name: string; script: string; told: Told | null }[] = []
  let heading = ''
  let count = 0
  for (const token of lexer(markdown)) {
    if (token.type === 'heading') {
      heading = token.text as string
      count = 0
    }
    if (token.type !== 'code') continue
    if (token.lang === 'sh') found.push({ name: `${heading}, ${++count}`, script: token.text, told: null })
    if (token.lang === 'http') found.at(-1)!.told = toldBy(token.text)
    if (token.lang === 'text') found.at(-1)!.told = { status: null, headers: [], lines: linesOf(token.text) }
  }
  return found
}

function toldBy(text: string): Told {
  const [head = '', ...body] = text.split('\n\n')
  const [status = '', ...headers] = head.split('\n')
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})$/.exec(status)?.[1]),
    headers: headers.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
    lines: linesOf(body.join('\n\n')),
  }
}

/** A document of JSON may be written over many lines; NDJSON and CSV are read line by line. */
const linesOf = (body: string): readonly string[] =>
  parsed(body) === undefined ? body.split('\n').filter((line) => line !== '') : [body]

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/** How an answer differs from what is told. What is told must be there; more may be. `...` ends a text that goes on. */
export function differences(told: Told, { status, headers, body }: Answer): readonly string[] {
  const wrong: string[] = []
  if (told.status !== null && status !== told.status) wrong.push(`status ${status} instead of ${told.status}`)
  for (const [name, value] of told.headers)
    if (headers.get(name) !== value) wrong.push(`${name}: ${headers.get(name)} instead of ${value}`)
  const given = linesOf(body)
  let from = 0
  for (const line of told.lines) {
    const at = given.findIndex((one, i) => i >= from && holds(line, one))
    if (at === -1) wrong.push(`nothing that has ${line}`)
    else from = at + 1
  }
  return wrong.length === 0 ? [] : [...wrong, `The answer was: ${body.slice(0, 2000)}`]
}

function holds(told: string, given: string): boolean {
  const [a, b] = [parsed(told), parsed(given)]
  if (a === undefined) return told.endsWith('...') ? given.startsWith(told.slice(0, -3)) : told === given
  return b !== undefined && has(b, a)
}

/** All fields that are told are there, with the values that are told; lists as far as they are told. */
function has(given: unknown, told: unknown): boolean {
  if (typeof told === 'string' && told.endsWith('...'))
    return typeof given === 'string' && given.startsWith(told.slice(0, -3))
  if (typeof told !== 'object' || told === null) return given === told
  if (typeof given !== 'object' || given === null) return false
  if (Array.isArray(told) !== Array.isArray(given)) return false
  const fields = given as { readonly [name: string]: unknown }
  return Object.entries(told).every(([name, value]) => has(fields[name], value))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
