import { describe, expect, test } from 'vitest'
import { createPasswords, presentCost } from '../../../engine/access/password.ts'
import { passwordProblem } from '../../../engine/access/password-rules.ts'

const cheap = { ln: 4, r: 8, p: 1 }
const passwords = createPasswords({ cost: cheap })

describe('a password hash', () => {
  test('says how it was made, and is salted', async () => {
    const [one, other] = [await passwords.hash('opensesame12'), await passwords.hash('opensesame12')]
    expect(one).toMatch(/^\$scrypt\$ln=4,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(other).not.toBe(one)
    expect(await passwords.check('opensesame12', one)).toEqual({ ok: true, rehash: false })
    expect(await passwords.check('opensesame13', one)).toEqual({ ok: false, rehash: false })
  })

  test('is that of RFC 7914, section 12', async () => {
    const derived = '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2'
    const hash = Buffer.from(derived, 'hex').toString('base64').replace('=', '')
    const kept = `$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$${hash}`
    expect(await passwords.check('pleaseletmein', kept)).toEqual({ ok: true, rehash: false })
  })

  test('costs no less than what is asked for today', async () => {
    expect(2 ** presentCost.ln).toBeGreaterThanOrEqual(2 ** 15)
    const today = createPasswords()
    const kept = await today.hash('opensesame12')
    expect(kept).toContain(`$ln=${presentCost.ln},r=${presentCost.r},p=${presentCost.p}$`)
    expect(await today.check('opensesame12', kept)).toEqual({ ok: true, rehash: false })
  })

  test('of cheaper days is right, and to be made anew; of dearer ones it is not', async () => {
    const kept = await passwords.hash('opensesame12')
    for (const dearer of [
      { ...cheap, ln: 5 },
      { ...cheap, p: 2 },
      { ...cheap, r: 9 },
    ]) {
      const today = createPasswords({ cost: dearer })
      expect(await today.check('opensesame12', kept)).toEqual({ ok: true, rehash: true })
      expect(await today.check('wrong', kept)).toEqual({ ok: false, rehash: false })
      expect(await passwords.check('opensesame12', await today.hash('opensesame12'))).toEqual({
        ok: true,
        rehash: false,
      })
    }
  })

  test('takes the same letters from every keyboard', async () => {
    const kept = await passwords.hash('Zürich-Café-12')
    expect((await passwords.check('Zu\u0308rich-Cafe\u0301-12', kept)).ok).toBe(true)
  })

  test('of nobody fits nothing, and is worked for all the same', async () => {
    expect(await passwords.check('opensesame12', null)).toEqual({ ok: false, rehash: false })
    // No place is left: it wants one.
    const full = createPasswords({ cost: cheap, maxAtOnce: 1, maxWaiting: 0 })
    const first = full.check('a', null)
    await expect(full.check('a', null)).rejects.toMatchObject({ code: 'E_LIMIT' })
    await first
  })

  test('is made a few at a time, all in the end, and not without end', async () => {
    const few = createPasswords({ cost: cheap, maxAtOnce: 2, maxWaiting: 6 })
    const all = await Promise.allSettled(Array.from({ length: 12 }, () => few.hash('opensesame12')))
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(8)
    expect((await few.check('opensesame12', await few.hash('opensesame12'))).ok).toBe(true)
  })

  test.each([
    'opensesame12',
    '',
    '$scrypt$ln=30,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    '$scrypt$ln=15,r=99,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    '$scrypt$ln=0,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    '$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  ])('that was not written here is no reason to work: %s', async (kept) => {
    await expect(passwords.check('opensesame12', kept)).rejects.toMatchObject({ code: 'E_INTERNAL' })
  })
})

describe('a new password', () => {
  const anna = { name: 'anna.lindqvist@example.org', fullName: 'Anna Lindqvist' }

  test.each([
    'correct horse battery stapler',
    'kupfer tisch regen 14',
    'x7#Kq!mP2v$L',
    'ångström på svenska',
    '🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧',
    'anna sails to Gotland in the rain',
    ' leading and trailing ',
  ])('may be "%s"', (password) => expect(passwordProblem(password, anna)).toBeNull())

  test.each([
    ['elevenchars', 'must have at least 12 characters'],
    ['🦊'.repeat(11), 'must have at least 12 characters'],
    [`${'a b c d '.repeat(32)}x`, 'must have at most 256 characters'],
    ['Password12345!', 'is one that many people use, and is guessed first'],
    ['iloveyouforever', 'is one that many people use, and is guessed first'],
    ['CorrectHorseBatteryStaple', 'is one that many people use, and is guessed first'],
    ['Sommer2026!!', 'is one that many people use, and is guessed first'],
    ['aaaaaaaaaaaa', 'repeats the same few characters'],
    ['abcabcabcabc', 'repeats the same few characters'],
    ['12-12-12-12-1', 'repeats the same few characters'],
    ['123456789012', 'is a row of the alphabet, the digits or the keyboard'],
    ['ertyuiop1234', 'is a row of the alphabet, the digits or the keyboard'],
    ['abcdefgh87654321', 'is a row of the alphabet, the digits or the keyboard'],
    ['AnnaLindqvist1', 'is little more than a name that everybody knows'],
    ['anna.lindqvist@example.org', 'is little more than a name that everybody knows'],
    ['broadsheet-2026', 'is little more than a name that everybody knows'],
    ['ｂｒｏａｄｓｈｅｅｔ２０２６', 'is little more than a name that everybody knows'],
  ])('may not be "%s": it %s', (password, problem) => expect(passwordProblem(password, anna)).toBe(problem))

  test('is judged quickly, however long', () => {
    for (const text of ['a', 'ab', '1', ' ', 'é', 'anna']) {
      const long = text.repeat(100_000)
      expect(passwordProblem(long, anna)).toBe('must have at most 256 characters')
      expect(passwordProblem(`${long.slice(0, 254)}!x`, anna)).not.toBe('')
    }
  })
})
