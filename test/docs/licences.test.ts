import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { floors } from '../../app/licences/floors.ts'
import { exceptions, licencePages, permissive, production } from '../../app/licences/pages.ts'

const numbers = (version: string) => version.split(/[.-]/).slice(0, 3).map(Number)
const below = (version: string, floor: string): boolean => {
  const [a, b] = [numbers(version), numbers(floor)]
  const at = a.findIndex((number, index) => number !== b[index])
  return at !== -1 && a[at]! < b[at]!
}

test.each(Object.entries(licencePages()))('docs/%s is up to date (npm run docs:licences)', (path, text) => {
  expect(readFileSync(new URL(`../../docs/${path}`, import.meta.url), 'utf8')).toBe(text)
})

test('what production installs is under a permissive licence, but for named exceptions that are there', () => {
  const others = production().filter(([, { license }]) => !permissive.has(license ?? ''))
  expect([...new Set(others.map(([name]) => name))].toSorted()).toEqual(Object.keys(exceptions).toSorted())
})

test('no package is below its floor, in any place of the tree', () => {
  expect([below('10.27.1', '10.27.2'), below('10.30.0', '10.27.2'), below('9.99.9', '10.0.0')]).toEqual([
    true,
    false,
    true,
  ])
  for (const { name, floor } of floors) {
    const versions = production().flatMap(([found, { version }]) => (found === name ? [version!] : []))
    expect(versions, name).not.toEqual([])
    expect(
      versions.filter((version) => below(version, floor)),
      name,
    ).toEqual([])
  }
})
