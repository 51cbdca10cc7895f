// A process that rotates the vault of a data folder, says each secret that is sealed anew, and stands still after two.
import { join } from 'node:path'
import { rotateVaultFile } from '../../../app/config/vault.ts'
import { resealAll } from '../../../engine/access/reseal.ts'
import { createVault } from '../../../engine/access/vault.ts'
import { systemClock } from '../../../engine/clock.ts'
import { openStore } from '../../../stores/open.ts'

const [data = ''] = process.argv.slice(2)
const url = `sqlite:${join(data, 'broadsheet.db')}`
const store = await openStore(url)
const keys = rotateVaultFile({ data, store: url, vaultKeys: null })
let sealed = 0
await resealAll({
  users: {
    ...store.users,
    async update(...change) {
      const user = await store.users.update(...change)
      sealed += 1
      console.log(`sealed ${user.name}`)
      if (sealed < 2) return user
      console.log('waits')
      return new Promise(() => {
        setInterval(() => {}, 1_000_000)
      })
    },
  },
  vault: createVault(keys ?? []),
  clock: systemClock,
  signal: new AbortController().signal,
})
