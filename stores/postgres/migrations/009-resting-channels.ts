import type { Migration } from './index.ts'
import { claim } from './posting-functions.ts'

// Nodes of the version before go on with the function of the same name that knows of no channels.
export const restingChannels: Migration = {
  version: 9,
  name: 'resting-channels',
  sql: claim,
}
