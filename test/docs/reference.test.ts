import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { resolveVariable } from '../../app/config/env.ts'
import { knownPaths } from '../../app/config/json-schema.ts'
import { configJsonSchema } from '../../app/config.ts'
import { generatedPages } from '../../app/reference/pages.ts'
import { errorTable } from '../../engine/errors.ts'
import { serve } from '../app/http/serve.ts'

const pages = Object.entries(await generatedPages())
const docs = new URL('../../docs/', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, docs), 'utf8')
/** The first cells that hold code, of all tables of a page. */
const named = (path: string) =>
  [...read(path).matchAll(/^\| (?:[A-Z]+ \| )?`([^`]+)` \|/gm)].map(([, name]) => name!)

test.each(pages)('docs/%s is up to date (npm run docs:generate)', (path, text) => {
  expect(read(path)).toBe(text)
})

test('docs/reference holds nothing that is not made', () => {
  const made = pages.map(([path]) => path).filter((path) => path.startsWith('reference/'))
  expect(readdirSync(new URL('reference/', docs)).map((file) => `reference/${file}`)).toEqual(made.toSorted())
})

// Read back, so that a generator which leaves one out is found.
test('every setting with a fixed name, every error code and every operation is in its page', async () => {
  expect(named('reference/settings.md')).toEqual(expect.arrayContaining([...knownPaths(configJsonSchema())]))
  expect(named('reference/errors.md')).toEqual(Object.keys(errorTable).toSorted())

  await using served = await serve()
  const { paths } = (
    await served.ask<{ paths: Record<string, Record<string, object>> }>('GET', '/openapi.json')
  ).json
  const operations = Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map(() => path))
  expect(named('reference/api.md').toSorted()).toEqual(operations.toSorted())
})

test('every setting and every flag says what it is for', () => {
  const silent = [
    ...read('reference/settings.md').matchAll(/^\| `([^`]+)` \| (?!object)(?:[^|]|\\\|)* \|.*\| {2}\|$/gm),
  ]
  expect(silent.map(([, name]) => name)).toEqual([])
  expect(
    [...read('reference/cli.md').matchAll(/^\| `(-[^`]+)` \| {2}\|.*$/gm)].map(([, flag]) => flag),
  ).toEqual([])
})

test('every variable means the setting that it stands beside', () => {
  const schema = configJsonSchema()
  const told = [...read('reference/settings.md').matchAll(/^\| `([^`]+)` \|.*?\| `(BROADSHEET_\w+)` \|/gm)]
  const meant = told.map(([, , variable]) => resolveVariable(variable!, schema, {})?.path.join('.'))
  expect(meant).toEqual(told.map(([, path]) => path))
  expect(meant).toContain('http.port')
})
