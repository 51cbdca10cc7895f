import { describe, expect, test } from 'vitest'
import {
  type Address,
  admitsHost,
  admitsResolved,
  common,
  parseAddress,
} from '../../../app/plugins/address.ts'
import { parseApiRange, speaks } from '../../../app/plugins/api-range.ts'

const address = (text: string): Address => {
  const parsed = parseAddress(text)
  if (parsed === null) throw new Error(`${text} is none`)
  return parsed
}

test.each([
  'ntfy.sh',
  'ntfy.sh:',
  'ntfy.sh:0',
  'ntfy.sh:70000',
  ':443',
  'http://ntfy.sh:443',
  '127.1:80',
  '1.2.3.4/33:80',
  'fd00::1:80',
  '[fd00::1/129]:80',
  'a b:80',
  '*a:80',
])('%s is no address', (text) => expect(parseAddress(text)).toBe(null))

describe('what is declared and granted', () => {
  test.each([
    ['ntfy.sh:443', 'ntfy.sh:443', 'ntfy.sh:443'],
    ['NTFY.sh:443', 'ntfy.SH:443', 'ntfy.sh:443'],
    ['*:443', 'ntfy.sh:443', 'ntfy.sh:443'],
    ['*:*', '10.0.0.0/8:8080', '10.0.0.0/8:8080'],
    ['*.example.org:443', 'a.example.org:443', 'a.example.org:443'],
    ['a.example.org:443', '*.example.org:*', 'a.example.org:443'],
    ['*.example.org:443', 'example.org:443', null],
    ['ntfy.sh:443', 'ntfy.sh:80', null],
    ['ntfy.sh:443', 'evil-ntfy.sh:443', null],
    ['*:443', 'ntfy.sh:80', null],
  ])('%s and %s: %s', (declared, granted, expected) =>
    expect(common(address(declared), address(granted))?.text ?? null).toBe(expected),
  )
})

describe('what may be connected to', () => {
  const admits = (grants: readonly string[], host: string, port: number) =>
    admitsHost(grants.map(address), host, port)
  test.each<[readonly string[], string, number, boolean]>([
    [['ntfy.sh:443'], 'ntfy.sh', 443, true],
    [['ntfy.sh:443'], 'ntfy.sh', 80, false],
    [['ntfy.sh:*'], 'ntfy.sh', 80, true],
    [['*:443'], '8.8.8.8', 443, true],
    [['*:443'], '127.0.0.1', 443, false],
    [['*:443'], '169.254.169.254', 443, false],
    [['*:443'], '::ffff:10.0.0.1', 443, false],
    [['ntfy.sh:443'], '159.203.148.75', 443, false],
    [['127.0.0.1:8080'], '127.0.0.1', 8080, true],
    [['10.0.0.0/8:443'], '10.9.8.7', 443, true],
    [['10.0.0.0/8:443'], '11.9.8.7', 443, false],
    [['[fd00::/8]:443'], 'fd12::1', 443, true],
  ])('%j %s:%i %s', (grants, host, port, expected) => expect(admits(grants, host, port)).toBe(expected))

  test.each<[readonly string[], string, string, boolean]>([
    [['ntfy.sh:443'], 'ntfy.sh', '159.203.148.75', true],
    [['ntfy.sh:443'], 'ntfy.sh', '10.0.0.1', false],
    [['ntfy.sh:443'], 'ntfy.sh', '127.0.0.1', false],
    [['ntfy.sh:443', '10.0.0.1:443'], 'ntfy.sh', '10.0.0.1', true],
    [['ntfy.sh:443', '10.0.0.1:80'], 'ntfy.sh', '10.0.0.1', false],
    [['localhost:443'], 'localhost', '127.0.0.1', true],
    [['localhost:443'], 'localhost', '::1', true],
    [['localhost:443'], 'localhost', '10.0.0.1', false],
  ])('%j: %s led to %s %s', (grants, host, resolved, expected) =>
    expect(admitsResolved(grants.map(address), host, 443, resolved)).toBe(expected),
  )
})

test.each<[string, readonly number[]]>([
  ['1', [1]],
  ['^2', [2]],
  ['1 - 3', [1, 2, 3]],
  ['1 || 3', [1, 3]],
])('the range %s', (text, spoken) => {
  const range = parseApiRange(text)!
  expect([1, 2, 3, 4].filter((api) => speaks(range, api))).toEqual(spoken)
})
test.each(['', '0', '3 - 1', '1.2', '>=1', 'latest', '1 ||'])('"%s" is no range', (text) =>
  expect(parseApiRange(text)).toBe(null),
)
