import type { Migration } from './index.ts'

export const learning: Migration = {
  version: 5,
  name: 'learning',
  sql: 'SELECT 1;',
}
