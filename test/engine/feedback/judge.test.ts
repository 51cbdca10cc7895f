import { describe, expect, test } from 'vitest'
import { createJudge } from '../../../engine/feedback/rules/judge.ts'
import { verdictOfRefusal } from '../../../engine/feedback/rules/refusal.ts'
import { builtInRules } from '../../../engine/feedback/rules/table.ts'
import { addSoft, decayed } from '../../../engine/feedback/score.ts'
import { bounceRuleSchema } from '../../../engine/model/bounce-rule.ts'

const answer = (text: string, fields: { status?: string; smtp?: number; domain?: string } = {}) => ({
  status: fields.status ?? null,
  smtp: fields.smtp ?? null,
  domain: fields.domain ?? null,
  text,
})
const judge = createJudge([])

describe('the built-in table', () => {
  test('is of the form that operators write', () => {
    for (const rule of builtInRules) expect(() => bounceRuleSchema.parse(rule)).not.toThrow()
  })

  test.each([
    ['550 5.1.1 The email account that you tried to reach does not exist', 'hard', 'suppress'],
    ['552 5.2.2 The email account that you tried to reach is over quota', 'full', 'count'],
    [
      '554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org',
      'block',
      'note',
    ],
    ['550 5.7.1 Relaying denied', 'policy', 'note'],
    ['451 4.3.0 Temporary lookup failure', 'soft', 'count'],
    ['550 nothing that anybody knows', 'soft', 'count'],
    ['550 5.7.26 This mail has been blocked because the sender is unauthenticated', 'policy', 'note'],
    ['host antispam.example.org said: 550 5.1.1 <jane@example.com>: user unknown', 'hard', 'suppress'],
  ])('%s: %s', (text, given, action) => {
    expect(judge(answer(text))).toMatchObject({ class: given, action })
  })

  test('holds no 4yz against an address, whatever its words', () => {
    expect(judge(answer('450 4.1.1 user unknown in lookup table, try again'))).toMatchObject({
      class: 'soft',
    })
    expect(judge(answer('mailbox unavailable', { smtp: 450 }))).toMatchObject({
      class: 'soft',
      action: 'count',
    })
    expect(judge(answer('mailbox unavailable', { smtp: 550 }))).toMatchObject({ class: 'hard' })
  })
})

describe("an operator's own lines", () => {
  const rules = [
    { name: 'partner', domain: '*.partner.example', class: 'policy' as const },
    { status: '5.7.*', smtp: '55x', class: 'block' as const, action: 'count' as const },
    { pattern: 'quota.{1,20}(grace|extended)', class: 'soft' as const, action: 'ignore' as const },
    { text: ['gone fishing', 'gone for good'], class: 'hard' as const },
  ]
  const own = createJudge(rules.map((rule) => bounceRuleSchema.parse(rule)))

  test('go first, and name themselves', () => {
    expect(own(answer('user unknown', { domain: 'mail.partner.example' }))).toEqual({
      class: 'policy',
      action: 'note',
      rule: 'partner',
      own: true,
    })
    expect(own(answer('user unknown', { domain: 'partner.example' }))).toMatchObject({ class: 'hard' })
    expect(own(answer('550 5.7.64 whatever'))).toMatchObject({
      class: 'block',
      action: 'count',
      rule: 'rule 2',
    })
    expect(own(answer('450 5.7.64 whatever'))).toMatchObject({ class: 'policy', own: false })
    expect(own(answer('Quota is over, EXTENDED time'))).toMatchObject({ action: 'ignore' })
    expect(own(answer('450 he has Gone  Fishing'))).toMatchObject({ class: 'hard', action: 'suppress' })
  })

  test.each([
    [{ class: 'hard' }, 'must say when'],
    [{ status: '9.1.1', class: 'hard' }, 'enhanced status'],
    [{ smtp: '250', class: 'hard' }, 'digits of a reply'],
    [{ pattern: '(?=a)', class: 'hard' }, 'RE2'],
    [{ text: 'a', class: 'hard' }, '3'],
    [{ text: 'abc', class: 'fatal' }, 'hard'],
    [{ text: 'abc', class: 'hard', when: 1 }, 'when'],
  ])('%j is refused', (rule, words) => {
    expect(() => bounceRuleSchema.parse(rule)).toThrow(words)
  })
})

describe('a refusal at send time', () => {
  const refusal = (code: string, detail: string, suppress = false) =>
    verdictOfRefusal(judge, { code, detail, suppress }, 'jane@example.com')

  test('is judged by the same table', () => {
    expect(refusal('550 5.1.1', '5.1.1 user unknown')).toMatchObject({ action: 'suppress' })
    expect(refusal('550 5.7.1', '5.7.1 spam', true)).toMatchObject({ class: 'block', action: 'note' })
    expect(refusal('452 4.2.2', '4.2.2 mailbox full')).toMatchObject({ class: 'full', action: 'count' })
  })

  test("of a channel with words of its own is the channel's to judge", () => {
    expect(refusal('InvalidRecipient', 'no such thing', true)).toMatchObject({ action: 'suppress' })
    expect(refusal('MessageRejected', 'user unknown')).toBeNull()
    // The table has no line for it.
    expect(refusal('550', 'nothing that anybody knows', true)).toMatchObject({ action: 'suppress' })
  })
})

describe('bounces that may pass', () => {
  const day = 86_400_000
  const settings = { limit: 5, halfLifeMs: 30 * day }
  const quiet = { alive: false, arrived: 0 }

  test('add up, weighed by their age', () => {
    const first = addSoft(null, 0, quiet, settings)
    expect(first).toEqual({ score: 1, at: 0 })
    expect(addSoft(first, 30 * day, quiet, settings)).toEqual({ score: 1.5, at: 30 * day })
    expect(decayed(first, 60 * day, settings)).toBe(0.25)
  })

  test('of one day are one', () => {
    const first = { score: 3, at: 10 * day }
    expect(addSoft(first, 10 * day + 1000, quiet, settings)).toBe(first)
    expect(addSoft(first, 9 * day, quiet, settings)).toBe(first)
  })

  test('weigh less by letters that arrived, and nothing once somebody read', () => {
    const before = { score: 4, at: 0 }
    const plain = addSoft(before, day, quiet, settings).score
    expect(addSoft(before, day, { alive: false, arrived: 2 }, settings).score - 1).toBeCloseTo(
      (plain - 1) / 2,
    )
    expect(addSoft(before, day, { alive: true, arrived: 0 }, settings)).toEqual({ score: 1, at: day })
  })

  test('of a weekly letter to a full mailbox reach the limit in two months, and of a daily one in six days', () => {
    const lettersAt = (everyDays: number) => {
      let score = null
      for (let letters = 1; ; letters++) {
        score = addSoft(score, letters * everyDays * day, quiet, settings)
        if (score.score >= settings.limit) return letters
      }
    }
    expect(lettersAt(7)).toBe(9)
    expect(lettersAt(1)).toBe(6)
  })
})
