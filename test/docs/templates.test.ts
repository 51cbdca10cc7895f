import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { lexer, type Tokens } from 'marked'
import { expect, onTestFinished, test } from 'vitest'
import { readTemplates } from '../../app/templates/files.ts'
import { engineConfigSchema } from '../../engine/config.ts'
import { compile, letterData } from '../engine/template/support/letter.ts'

const root = resolve(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/templates.md'), 'utf8')
const codes = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code!)
const rows = lexer(page).flatMap((token) =>
  token.type === 'table' ? (token as Tokens.Table).rows.map((cells) => cells.map(({ text }) => text)) : [],
)

test('the templates of the page compile and render as files', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-templates-page-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  let file = ''
  for (const token of lexer(page)) {
    if (token.type === 'paragraph') file = codes(token.raw.trim().split('\n').at(-1)).at(-1) ?? ''
    if (token.type !== 'code' || token.lang !== 'liquid') continue
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), token.text as string)
  }
  const read = readTemplates(folder)
  expect(Object.fromEntries(read.map(({ name, kind }) => [name, kind]))).toEqual({
    frame: 'layout',
    story: 'partial',
    weekly: 'letter',
  })
  const partials = Object.fromEntries(
    read.filter(({ kind }) => kind !== 'letter').map(({ name, format, body }) => [name, { format, body }]),
  )
  const { subject, preheader, body } = read.find(({ kind }) => kind === 'letter')!
  const letter = await compile({ subject, preheader, body, text: null, partials })
  expect(letter.problems).toEqual([])
  const { html, text, ...heads } = letter.render(letterData())
  expect(heads).toMatchObject({ subject: 'First & foremost', preheader: '2 stories, chosen for you' })
  expect(html).toContain('Good morning, Ada')
  expect(text).toContain('because you follow Sea')
})

test('every variable of the page is there, and every field of a letter is on the page', () => {
  const data = letterData()
  const known = { ...data, item: data.items[0], language: 'en', subject: '', preheader: '' }
  const told = rows.flatMap(([first]) => codes(first)).filter((name) => /^[a-z]+(\.[a-zA-Z]+)*$/.test(name))
  const variables = told.filter((name) => Object.hasOwn(known, name.split('.')[0]!))
  const has = (path: string) =>
    path
      .split('.')
      .reduce<unknown>(
        (at, key) => (typeof at === 'object' && at && key in at ? Reflect.get(at, key) : undefined),
        known,
      ) !== undefined
  expect(variables.filter((path) => !has(path))).toEqual([])

  const fields = Object.entries({ subscriber: data.subscriber, item: data.items[0]!, links: data.links })
  const all = fields.flatMap(([name, of]) => Object.keys(of).map((field) => `${name}.${field}`))
  // A number of the store's own.
  expect(all.filter((path) => !variables.includes(path))).toEqual(['item.id'])
})

test('the filters of the page are there, as they are written in it', async () => {
  const examples = rows.flatMap(([, example]) => codes(example).filter((code) => code.startsWith('{{')))
  expect(examples.length).toBeGreaterThan(5)
  for (const body of examples) {
    const { problems } = await compile({ body })
    // Nobody has uploaded that picture here; that it is looked for is the filter.
    const others = problems.filter(({ message }) => !message.startsWith('No asset is named'))
    expect([body, others]).toEqual([body, []])
  }
})

test('the limits of the page are those of the settings', () => {
  const { render } = engineConfigSchema.parse({ publicUrl: 'https://a.example', secrets: ['s'.repeat(32)] })
  const told = rows.flatMap(([first, value]) => {
    const [name = ''] = codes(first)
    return name.startsWith('render.') ? [[name.slice('render.'.length), Number(value)]] : []
  })
  expect(told).toEqual(
    (['maxLoops', 'maxOutputBytes', 'maxDepth', 'maxMs'] as const).map((name) => [name, render[name]]),
  )
})
