import SqliteDatabase from 'better-sqlite3'
import { expect, test } from 'vitest'
import { createSql, steady } from '../../../stores/sqlite/database/statements.ts'

test('what is bound is compared where the planner cannot see it', () => {
  expect(
    steady(
      'SELECT a FROM t WHERE k = ? AND v < :most AND w >= ?2 AND x <> :x AND y IS ? ORDER BY a LIMIT :limit',
    ),
  ).toBe(
    'SELECT a FROM t WHERE k = +? AND v < +:most AND w >= +?2 AND x <> +:x AND y IS +? ORDER BY a LIMIT +:limit',
  )
})

test('what compares nothing is left alone', () => {
  const text = 'INSERT INTO t VALUES (:a, ?, x -> ?, x ->> :name, 1 = 2) -- LIKE ? IN (?)'
  expect(steady(text)).toBe(text)
})

test('texts, numbers, bytes and nothing compare and are written as they are bound', () => {
  const db = new SqliteDatabase(':memory:')
  db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, word TEXT, number REAL, bytes BLOB) STRICT')
  const sql = createSql(db)
  const rows = [
    { id: 1, word: '12', number: 1.5, bytes: Buffer.from([0, 255]) },
    { id: 2, word: null, number: null, bytes: null },
  ]
  for (const row of rows) {
    sql('INSERT INTO t (id) VALUES (:id)').run({ id: row.id })
    sql('UPDATE t SET word = :word, number = :number, bytes = :bytes WHERE id = :id').run(row)
  }
  const found = sql('SELECT * FROM t WHERE word IS :word AND number IS :number AND bytes IS :bytes')
  for (const row of rows) expect(found.all(row)).toEqual([row])
  // A column's affinity is applied, as without the sign.
  expect(sql('SELECT id FROM t WHERE number = ?').pluck().all('1.5')).toEqual([1])
  db.close()
})
