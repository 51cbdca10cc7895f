import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { tooDeepAt } from '../../../engine/audience/files/json-depth.ts'
import { BroadsheetError } from '../../../engine/errors.ts'

// Attributes nest 8 deep at most, data of campaigns rarely more; what nests deeper is an attack or a mistake.
const maxDepth = 32

/** Parse JSON bodies strictly: UTF-8, nesting bounded before anything is parsed, no `__proto__` and no
 *  `constructor.prototype` keys. Refusals say where. An empty body is no body. `onBody` sees the bytes. */
export function useJsonBodies(
  app: FastifyInstance,
  onBody: (request: FastifyRequest, body: Buffer) => void,
): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body)
    onBody(request, bytes)
    if (bytes.length === 0) {
      done(null, undefined)
      return
    }
    const deepAt = tooDeepAt(bytes, maxDepth)
    if (deepAt >= 0) {
      done(refuse(`nests more than ${maxDepth} deep`, place(bytes.toString('utf8', 0, deepAt))))
    } else if (!isUtf8(bytes)) {
      done(refuse('has bytes that are not UTF-8', null))
    } else {
      const text = bytes.toString('utf8')
      // Fastify's parser answers at once; its error says neither what nor where.
      void parse(request, text, (error, value) => done(error === null ? null : explain(text), value))
    }
  })
}

const place = (before: string): string => {
  const lines = before.split('\n')
  return `line ${lines.length}, column ${lines.at(-1)!.length + 1}`
}

const refuse = (what: string, where: string | null): BroadsheetError =>
  new BroadsheetError('E_BODY', `The JSON ${what}${where === null ? '' : `, at ${where}`}.`, {
    issues: where === null ? [] : [{ path: where, message: what }],
  })

/** What is wrong with a text that did not parse. */
function explain(text: string): BroadsheetError {
  try {
    JSON.parse(text)
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    // V8: `Unexpected token 'x', "..." is not valid JSON`, `... in JSON at position 12 (line 1 column 13)`.
    const position = /at position (\d+)/.exec(message)?.[1]
    const what = message.replace(/ (in JSON )?at position .*$/, '').replace(/, .* is not valid JSON$/s, '')
    const at = position === undefined ? tokenPlace(message, text) : place(text.slice(0, Number(position)))
    return refuse(`is not valid (${what.slice(0, 120)})`, at)
  }
  return refuse('has a key "__proto__" or "constructor", which are not accepted', null)
}

/** Where V8 names the token and an excerpt instead of a position: ten characters before it where there are
 *  as many, else it is among the first ten, or the text is short. */
function tokenPlace(message: string, text: string): string {
  if (message.startsWith('Unexpected end')) return place(text)
  const excerpt = /, \.\.\."(.*?)"(?:\.\.\.)? is not valid JSON$/s.exec(message)?.[1]
  if (excerpt !== undefined) return place(text.slice(0, Math.max(0, text.indexOf(excerpt)) + 10))
  for (let length = 1; length <= Math.min(text.length, 32); length++) {
    try {
      JSON.parse(text.slice(0, length))
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('Unexpected token'))
        return place(text.slice(0, length - 1))
    }
  }
  return 'its beginning'
}
