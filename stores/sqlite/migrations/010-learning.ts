import type { Migration } from './index.ts'

export const learning: Migration = {
  version: 10,
  name: 'learning',
  sql: 'SELECT 1;',
}
