import type { Migration } from './index.ts'

export const feedback: Migration = {
  version: 9,
  name: 'feedback',
  sql: 'SELECT 1;',
}
