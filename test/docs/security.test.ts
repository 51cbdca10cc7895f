import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const root = new URL('../../', import.meta.url)
const rows = [
  ...readFileSync(new URL('docs/security.md', root), 'utf8').matchAll(/^\| (S\d+) \| (.*) \| (.*) \|$/gm),
].map(([, name = '', clause = '', held = '']) => ({ name, clause, held }))

test('docs/security.md has each promise, in order, and each clause once', () => {
  expect([...new Set(rows.map(({ name }) => name))]).toEqual(
    Array.from({ length: 15 }, (_, index) => `S${index + 1}`),
  )
  expect(rows.toSorted((a, b) => Number(a.name.slice(1)) - Number(b.name.slice(1)))).toEqual(rows)
  expect(new Set(rows.map(({ clause }) => clause)).size).toBe(rows.length)
})

test.each(rows)('the tests of $name are there and run: $clause', ({ name, held }) => {
  const files = [...held.matchAll(/`([^`]+)`/g)].map(([, file]) => file!)
  if (!held.startsWith('nothing: ')) expect(files, name).not.toEqual([])
  for (const file of files) {
    expect([file, existsSync(new URL(file, root))]).toEqual([file, true])
    const text = readFileSync(new URL(file, root), 'utf8')
    expect(text, file).toMatch(/\b(test|it)(\.\w+)*\s*\(|^test[A-Z]\w*\(/m)
    expect(text, file).not.toMatch(/\.(only|todo|skip)\(/)
  }
})
