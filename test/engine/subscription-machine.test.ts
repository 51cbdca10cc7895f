import { describe, expect, test } from 'vitest'
import { decide } from '../../engine/actors/subscription.ts'
import { subscriberStatuses } from '../../engine/model/subscriber.ts'
import {
  forcedStatus,
  nextStatus,
  operatorStatuses,
  subscriptionEvents,
  subscriptionStates,
} from '../../engine/model/subscription.ts'
import { bouncedStatus, leftStatus, upsertStatus } from '../../stores/rules/subscriber.ts'

describe('the life of a subscription', () => {
  test('has every status there is', () => {
    expect([...subscriptionStates].sort()).toEqual([...subscriberStatuses].sort())
  })

  test.each(subscriberStatuses)('machine and bulk rules agree on every event from %s', (from) => {
    for (const event of subscriptionEvents)
      expect(decide(from, { type: event }), event).toBe(nextStatus(from, event))
    for (const to of operatorStatuses)
      expect(decide(from, { type: 'setStatus', to }), `set ${to}`).toBe(forcedStatus(from, to))
    expect(leftStatus(from)).toBe(decide(from, { type: 'unsubscribe' }))
    expect(bouncedStatus(from)).toBe(decide(from, { type: 'bounce' }) ?? from)
    if (decide(from, { type: 'signUp' }) !== null)
      expect(upsertStatus(from, 'active')).toBe(decide(from, { type: 'signUp' }))
  })

  test('who left comes back by their own confirmed word alone', () => {
    for (const from of ['unsubscribed', 'bounced', 'complained'] as const) {
      for (const event of subscriptionEvents)
        if (event !== 'rejoin') expect(decide(from, { type: event }), event).not.toBe('active')
      expect(decide(from, { type: 'rejoin' })).toBe('active')
      for (const status of operatorStatuses) expect(upsertStatus(from, status)).toBe(from)
    }
  })

  test('nothing leads out of erased', () => {
    for (const event of subscriptionEvents)
      expect(decide('erased', { type: event }) ?? 'erased').toBe('erased')
    for (const to of operatorStatuses) expect(decide('erased', { type: 'setStatus', to })).toBeNull()
  })

  test('signing up again does not end a pause', () => {
    expect(decide('paused', { type: 'signUp' })).toBe('paused')
    expect(decide('paused', { type: 'confirm' })).toBe('paused')
    expect(decide('paused', { type: 'resume' })).toBe('active')
  })
})
