import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readTemplates } from '../../../app/templates/files.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'broadsheet-templates-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (name: string, text: string | Buffer): string => {
  const file = join(folder, name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}

test('a file with front matter, its variants and text parts', () => {
  const file = write('weekly.html', '---\nsubject: "Hi {{ subscriber.name }}"\npreheader: P\n---\n<p>a</p>\n')
  write('weekly.txt', 'a')
  write('weekly.de.html', '---\nsubject: Hallo\n---\n<p>b</p>\n')
  write('weekly.pt-BR.html', '<p>c</p>\n')
  write('weekly.de.txt', 'b')
  write('other.md', 'x')
  write('notes.pdf', 'x')
  expect(readTemplates(file)).toEqual([
    {
      name: 'weekly',
      kind: 'letter',
      format: 'html',
      subject: 'Hi {{ subscriber.name }}',
      preheader: 'P',
      body: '<p>a</p>\n',
      text: 'a',
      variants: {
        de: { subject: 'Hallo', preheader: 'P', body: '<p>b</p>\n', text: 'b' },
        'pt-BR': { subject: 'Hi {{ subscriber.name }}', preheader: 'P', body: '<p>c</p>\n', text: null },
      },
    },
  ])
})

test('a folder: layouts and partials by their folders', () => {
  write('weekly.mjml', '<mjml></mjml>')
  write('layouts/frame.html', 'f')
  write('partials/item.html', 'i')
  write('sets/spring/short.md', '---\r\nkind: letter\r\n---\r\nbody')
  const found = readTemplates(folder).map(({ name, kind, format, body }) => ({ name, kind, format, body }))
  expect(found).toEqual([
    { name: 'frame', kind: 'layout', format: 'html', body: 'f' },
    { name: 'item', kind: 'partial', format: 'html', body: 'i' },
    { name: 'short', kind: 'letter', format: 'markdown', body: 'body' },
    { name: 'weekly', kind: 'letter', format: 'mjml', body: '<mjml></mjml>' },
  ])
})

test.each<[string, { [name: string]: string | Buffer }, string, RegExp]>([
  ['nothing there', {}, 'gone.html', /There is no file or folder .*gone\.html/],
  ['no template', { 'a.txt': 'x' }, '.', /no template there/],
  [
    'a variant alone',
    { 'weekly.de.html': 'x' },
    '.',
    /weekly\.de\.html is a variant, and there is no weekly\.html/,
  ],
  ['two of one name', { 'a.html': 'x', 'a.md': 'y' }, '.', /are both the template "a"/],
  [
    'another format in a variant',
    { 'a.html': 'x', 'a.de.md': 'y' },
    '.',
    /a\.de\.md must be of the same format/,
  ],
  [
    'a misspelt key',
    { 'a.html': '---\nsubjekt: x\n---\n' },
    '.',
    /"subjekt" is not known here\. Did you mean "subject"\?/,
  ],
  [
    'front matter that is no YAML',
    { 'a.html': '---\nsubject: a: b\n---\n' },
    '.',
    /a\.html:2: .*not valid YAML/,
  ],
  [
    'bytes that are no UTF-8',
    { 'a.html': Buffer.from([0x61, 0xff]) },
    '.',
    /a\.html could not be read: it is not UTF-8/,
  ],
  ['a name that is none', { 'A b.html': 'x' }, '.', /A b\.html is not a template/],
])('refused: %s', (_name, files, path, message) => {
  for (const [name, text] of Object.entries(files)) write(name, text)
  expect(() => readTemplates(join(folder, path))).toThrow(message)
})
