import type { Migration } from './index.ts'

export const tracking: Migration = {
  version: 3,
  name: 'tracking',
  sql: 'SELECT 1;',
}
