import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { generatedPages } from '../../app/reference/pages.ts'

const pages = Object.entries(generatedPages())

test.each(pages)('docs/%s is up to date (npm run docs:generate)', (path, text) => {
  expect(readFileSync(new URL(`../../docs/${path}`, import.meta.url), 'utf8')).toBe(text)
})
