import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse, parseAllDocuments } from 'yaml'
import { reservedVariables, resolveVariable } from '../../app/config/env.ts'
import { configJsonSchema } from '../../app/config.ts'

export const root = resolve(import.meta.dirname, '../..')
export const read = (path: string): string => readFileSync(join(root, path), 'utf8')

/** One document. Keys twice and bad anchors are refused. */
export const yaml = <T = unknown>(text: string): T => parse(text, { merge: true, strict: true }) as T

/** Many documents, without empty ones. */
export function yamlStream(text: string): unknown[] {
  return parseAllDocuments(text)
    .map((document) => {
      if ('errors' in document && document.errors[0]) throw document.errors[0]
      return 'toJS' in document ? (document.toJS() as unknown) : null
    })
    .filter((document) => document !== null)
}

/** Files below a folder, as paths from the root. */
export const filesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))

/** Variables of this text that are no setting. */
export function unknownVariables(text: string): string[] {
  const schema = configJsonSchema()
  const names = new Set(text.match(/BROADSHEET_[A-Z0-9_]*[A-Z0-9]/g))
  return [...names].filter(
    (name) =>
      !(reservedVariables as readonly string[]).includes(name) && resolveVariable(name, schema, {}) === null,
  )
}
