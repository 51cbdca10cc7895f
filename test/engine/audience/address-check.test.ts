import { describe, expect, test } from 'vitest'
import {
  type CheckName,
  createAddressChecker,
  distance,
  likelyDomain,
} from '../../../engine/audience/address-check.ts'
import { importSubscribers } from '../../../engine/audience/import/import.ts'
import { systemClock as clock } from '../../../engine/clock.ts'
import { openMemoryStore } from '../../../stores/memory/open.ts'

const noSuch = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }))
const names = (...list: CheckName[]) => new Set(list)

describe('an address check', () => {
  test.each([
    ['gmial.com', 'gmail.com'],
    ['gmai.com', 'gmail.com'],
    ['gmail.co', 'gmail.com'],
    ['hotmial.com', 'hotmail.com'],
    ['outlok.com', 'outlook.com'],
    ['yaho.com', 'yahoo.com'],
    ['t-onlin.de', 't-online.de'],
    ['wbe.de', 'web.de'],
    ['protonmial.cmo', 'protonmail.com'],
    ['gmail.com', null],
    ['gmx.at', null],
    ['mail.com', null],
    ['example.org', null],
    ['broadsheet.example', null],
  ])('takes %s for a slip of %s', (domain, meant) => {
    expect(likelyDomain(domain)).toBe(meant)
  })

  test('counts a swap as one slip, and stops counting at its limit', () => {
    expect(distance('gmial', 'gmail', 3)).toBe(1)
    expect(distance('abcdef', 'ghijkl', 2)).toBe(3)
    expect(distance('', 'abc', 5)).toBe(3)
  })

  test('knows roles, disposable domains and their subdomains, and what the operator says of them', async () => {
    const checker = createAddressChecker({ disposable: ['own.example'], trusted: ['yopmail.com'] })
    const found = async (address: string) =>
      (await checker.check(address, names('role', 'disposable'))).map(({ check }) => check)
    expect(await found('info@example.org')).toEqual(['role'])
    expect(await found('info+x@example.org')).toEqual(['role'])
    expect(await found('ada@mailinator.com')).toEqual(['disposable'])
    expect(await found('ada@sub.own.example')).toEqual(['disposable'])
    expect(await found('ada@yopmail.com')).toEqual([])
    expect(await found('ada@example.org')).toEqual([])
  })

  test('asks the name service once a domain, few at a time, and believes only a clear no', async () => {
    const asked: string[] = []
    let running = 0
    let most = 0
    const checker = createAddressChecker({
      maxLookups: 3,
      async resolveMx(domain) {
        asked.push(domain)
        most = Math.max(most, ++running)
        await new Promise((go) => setImmediate(go))
        running--
        if (domain === 'none.example') return noSuch()
        if (domain === 'null.example') return [{ exchange: '' }]
        if (domain === 'slow.example') throw Object.assign(new Error('late'), { code: 'ETIMEOUT' })
        return [{ exchange: 'mx.example' }]
      },
    })
    const domains = ['none', 'null', 'slow', ...Array.from({ length: 20 }, (_, i) => `d${i}`)]
    const answers = await Promise.all(
      [...domains, ...domains].map(
        async (name) => (await checker.check(`a@${name}.example`, names('mx'))).length,
      ),
    )
    expect(answers.slice(0, 23)).toEqual([1, 1, ...Array(21).fill(0)])
    expect(asked).toHaveLength(23)
    expect(most).toBe(3)
  })

  test('in an import rejects, warns or says nothing, as it is told', async () => {
    const store = openMemoryStore()
    async function* file() {
      yield Buffer.from('address\ninfo@example.org\nada@gmial.com\nbob@mailinator.com\neve@example.org\n')
    }
    const result = await importSubscribers(file(), {
      store,
      clock,
      lists: [],
      checks: {
        checker: createAddressChecker({ resolveMx: noSuch }),
        actions: { role: 'reject', typo: 'warn', disposable: 'warn', mx: 'off' },
      },
    })
    expect(result).toMatchObject({
      rows: 4,
      created: 3,
      rejected: 1,
      rejects: [{ line: 2, column: 'address', reason: '"info" is a role and not a person' }],
    })
    expect(result.warned.typo).toBe(1)
    expect(result.warnings).toContainEqual(expect.objectContaining({ line: 3, check: 'typo' }))
    expect(await store.subscribers.byAddress('info@example.org')).toBeNull()
  })
})
