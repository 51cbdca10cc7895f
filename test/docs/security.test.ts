import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const root = new URL('../../', import.meta.url)
const rows = [
  ...readFileSync(new URL('docs/security.md', root), 'utf8').matchAll(/^\| (S\d+) \|.*\| (.*) \|$/gm),
]

test('docs/security.md has each promise once, in order', () => {
  expect(rows.map(([, name]) => name)).toEqual(Array.from({ length: 15 }, (_, index) => `S${index + 1}`))
})

test.each(rows.map(([, name, held]) => [name!, held!]))('the tests of %s are there and run', (name, held) => {
  const files = [...held.matchAll(/`([^`]+)`/g)].map(([, file]) => file!)
  if (!held.startsWith('nothing: ')) expect(files, name).not.toEqual([])
  for (const file of files) {
    expect([file, existsSync(new URL(file, root))]).toEqual([file, true])
    const text = readFileSync(new URL(file, root), 'utf8')
    expect(text, file).toMatch(/\b(test|it)(\.\w+)*\s*\(/)
    expect(text, file).not.toMatch(/\.(only|todo|skip)\(/)
  }
})
