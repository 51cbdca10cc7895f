import type { Migration } from './index.ts'

export const feedback: Migration = {
  version: 4,
  name: 'feedback',
  sql: 'SELECT 1;',
}
