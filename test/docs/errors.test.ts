import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { errorTable } from '../../engine/errors.ts'

test('docs/errors.md and the error table say the same', () => {
  const text = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
  const documented = [...text.matchAll(/^\| `(E_\w+)`\s*\| (\d+)\s*\| ([^|]+) \| ([^|]+) \|$/gm)].map(
    ([, code, status, title, remedy]) => ({
      code,
      status: Number(status),
      title: title!.trim(),
      said: remedy!.trim() !== '',
    }),
  )
  expect(documented).toEqual(
    Object.entries(errorTable).map(([code, { status, title }]) => ({ code, status, title, said: true })),
  )
})
