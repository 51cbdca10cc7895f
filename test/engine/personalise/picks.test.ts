import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { ItemId } from '../../../engine/model/ids.ts'
import { createInterestRanker } from '../../../engine/personalise/interest-ranker.ts'
import { decodePicks, encodePicks, pickedIds, storedReason } from '../../../engine/personalise/picks.ts'
import type { Pick } from '../../../engine/personalise/ranker.ts'
import { reasonText } from '../../../engine/personalise/reason.ts'
import { anyCandidates, anyRequest, anySelection, candidate, now } from './newsroom.ts'

describe('picks in the ledger', () => {
  test('come back as they were ranked', () => {
    fc.assert(
      fc.property(
        anyCandidates,
        anySelection,
        anyRequest,
        fc.constantFrom(0, 2 ** 31, Number.MAX_SAFE_INTEGER - 100),
        (rows, chosen, asked, offset) => {
          const stored = rows.map((row) => ({ ...row, id: (row.id + offset) as ItemId }))
          const picks = createInterestRanker(stored, chosen, now).rank([asked])[0]!
          const bytes = encodePicks(picks, stored)
          const back = decodePicks(bytes)
          expect(back.map(({ itemId }) => itemId)).toEqual(picks.map(({ index }) => stored[index]!.id))
          expect(back.map(({ reason }, i) => storedReason(reason, stored[picks[i]!.index]!))).toEqual(
            picks.map(({ reason }) => reason),
          )
          const ids = new Set([-1])
          pickedIds(bytes, ids)
          expect([...ids]).toEqual([-1, ...back.map(({ itemId }) => itemId)])
        },
      ),
    )
  })

  test('are small, and mean the same for ever', () => {
    const candidates = [candidate(7), candidate(300, { topics: ['climate', 'security'] })]
    const picks: Pick[] = [
      { index: 0, reason: { kind: 'pinned' } },
      { index: 1, reason: { kind: 'follows', topic: 'security' } },
      { index: 0, reason: { kind: 'popular' } },
      { index: 0, reason: { kind: 'recent' } },
    ]
    expect([...encodePicks(picks, candidates)]).toEqual([7, 0, 0xac, 0x02, 4, 7, 1, 7, 2])
    expect(encodePicks([], candidates)).toEqual(new Uint8Array())
    expect(decodePicks(new Uint8Array())).toEqual([])
  })

  test('that are damaged are refused', () => {
    for (const bytes of [[7], [0x80], [7, 0x80], Array<number>(12).fill(0xff)]) {
      expect(() => decodePicks(Uint8Array.from(bytes))).toThrow(BroadsheetError)
    }
  })

  test('of a topic that the item lost read as recent', () => {
    expect(storedReason(4, { topics: ['climate'] })).toEqual({ kind: 'recent' })
    expect(storedReason(3, { topics: ['climate'] })).toEqual({ kind: 'follows', topic: 'climate' })
  })
})

describe('reasons in words', () => {
  const titles = { security: 'Security' }
  const follows = { kind: 'follows', topic: 'security' } as const

  test('name the topic by its title', () => {
    expect(reasonText(follows, titles, 'en')).toBe('because you follow Security')
    expect(reasonText(follows, { security: 'Sicherheit' }, 'de-AT')).toBe('weil Sie Sicherheit verfolgen')
    expect(reasonText({ kind: 'follows', topic: 'constructor' }, titles, 'en')).toBe(
      'because you follow constructor',
    )
  })

  test('cover every kind in every language', () => {
    expect(reasonText({ kind: 'pinned' }, titles, 'en')).toBe('chosen by the editors')
    expect(reasonText({ kind: 'popular' }, titles, 'en')).toBe('popular with readers')
    expect(reasonText({ kind: 'recent' }, titles, 'en')).toBe('new')
    expect(reasonText({ kind: 'recent' }, titles, 'de')).toBe('neu')
  })

  test('fall back to English, and take further languages', () => {
    expect(reasonText(follows, titles, null)).toBe('because you follow Security')
    expect(reasonText(follows, titles, 'fi')).toBe('because you follow Security')
    const finnish = new Map([
      ['fi', { pinned: '', popular: '', recent: 'uusi', follows: (topic: string) => `aihe: ${topic}` }],
    ])
    expect(reasonText(follows, titles, 'fi', finnish)).toBe('aihe: Security')
  })
})
