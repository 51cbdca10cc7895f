import SqliteDatabase from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { failureOf } from '../../../stores/sqlite/database/failure.ts'
import { createGroup } from '../../../stores/sqlite/threads/group.ts'
import type { Reply, Request } from '../../../stores/sqlite/threads/messages.ts'

describe('group commit', () => {
  let db = new SqliteDatabase(':memory:')
  let ends: boolean[] = []
  beforeEach(() => {
    db = new SqliteDatabase(':memory:')
    ends = []
    db.exec('CREATE TABLE kept (n INTEGER PRIMARY KEY, parent REFERENCES kept DEFERRABLE INITIALLY DEFERRED)')
  })
  afterEach(() => {
    db.close()
  })

  const request = (id: number, call = 'insert'): Request => ({ id, call, args: {} })
  const group = () =>
    createGroup(
      db,
      ({ id, call }) => {
        if (call === 'rollback') {
          db.exec('ROLLBACK')
          throw new SqliteDatabase.SqliteError('database or disk is full', 'SQLITE_FULL')
        }
        db.prepare('INSERT INTO kept VALUES (?, ?)').run(id, call === 'orphan' ? 999 : null)
        if (call === 'fail') throw new Error('after it wrote')
        return { json: String(id) }
      },
      (error) => failureOf(error, '/x/store.db'),
      (kept) => ends.push(kept),
    )
  const kept = () => db.prepare('SELECT n FROM kept ORDER BY n').pluck().all()
  const codes = (replies: readonly Reply[]) =>
    replies.map((reply) => ('error' in reply ? reply.error.code : reply.ok.json))

  test('answers what waits in order, in one transaction', () => {
    const waiting = [request(1), request(2), request(3)]
    expect(codes(group().run(waiting))).toEqual(['1', '2', '3'])
    expect(waiting).toEqual([])
    expect(kept()).toEqual([1, 2, 3])
    expect(db.inTransaction).toBe(false)
  })

  test('a request that fails undoes only itself', () => {
    expect(codes(group().run([request(1), request(2, 'fail'), request(3)]))).toEqual(['1', 'E_INTERNAL', '3'])
    expect(kept()).toEqual([1, 3])
    expect(ends).toEqual([false, true])
  })

  test('one that fails alone undoes what it wrote', () => {
    expect(codes(group().run([request(1, 'fail')]))).toEqual(['E_INTERNAL'])
    expect(kept()).toEqual([])
    expect(ends).toEqual([false])
    expect(db.inTransaction).toBe(false)
  })

  test('when the commit fails, every one of them was refused and nothing is kept', () => {
    db.pragma('foreign_keys = ON')
    const replies = group().run([request(1), request(2, 'orphan'), request(3)])
    expect(replies.every((reply) => 'error' in reply)).toBe(true)
    expect(kept()).toEqual([])
    expect(db.inTransaction).toBe(false)
    expect(codes(group().run([request(4)]))).toEqual(['4'])
    expect(ends).toEqual([false, false, true])
  })

  test('when there can be no transaction, one is refused and the others have their turn', () => {
    const waiting = [request(1), request(2)]
    const run = group()
    db.exec('BEGIN')
    expect(codes(run.run(waiting))).toEqual(['E_INTERNAL'])
    expect(codes(run.run(waiting))).toEqual(['2'])
    expect(kept()).toEqual([2])
  })

  test('when a full disk ends the transaction, those before it in the group are refused, those after it run', () => {
    const waiting = [request(1), request(2, 'rollback'), request(3)]
    const run = group()
    expect(codes(run.run(waiting))).toEqual(['E_STORE_FULL', 'E_STORE_FULL'])
    expect(codes(run.run(waiting))).toEqual(['3'])
    expect(ends).toEqual([false, false, true])
    expect(kept()).toEqual([3])
  })

  test('a group is bounded', () => {
    const waiting = Array.from({ length: 1000 }, (_, i) => request(i + 1))
    const replies = group().run(waiting)
    expect(replies.length).toBeGreaterThan(0)
    expect(replies.length).toBeLessThan(1000)
    expect(replies.length + waiting.length).toBe(1000)
    expect(waiting[0]?.id).toBe(replies.length + 1)
  })
})
