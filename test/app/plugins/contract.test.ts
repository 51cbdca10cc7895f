import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pluginSettingSchema } from '../../../app/plugins/grant.ts'
import { loadPlugin } from '../../../app/plugins/load.ts'
import { pluginType } from '../../../app/plugins/type.ts'
import type { ReceivedLetter } from '../../contract/index.ts'
import { testChannel } from '../../contract/index.ts'
import { stagePlugin } from './stage.ts'

// What every channel must do, a channel in a process of its own does too: nothing of the contract is lost on the way there.
testChannel('a plugin in its process', async () => {
  const received: ReceivedLetter[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (request.method === 'POST')
        received.push({
          to: decodeURIComponent(String(request.headers['x-to'])),
          bytes: Buffer.concat(chunks),
        })
      response.end('ok')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const home = mkdtempSync(join(tmpdir(), 'broadsheet-plugin-'))
  const folder = stagePlugin(
    './letters-by-http.ts',
    { addresses: ['*:*'], content: 'mime' },
    join(home, 'plugin'),
  )
  const setting = pluginSettingSchema.parse({
    package: folder,
    addresses: [`127.0.0.1:${port}`, '127.0.0.1:9'],
  })
  return {
    definition: pluginType(loadPlugin(setting, folder), {}).definition,
    config: { url: `http://127.0.0.1:${port}/` },
    unreachable: { url: 'http://127.0.0.1:9/' },
    received: () => received,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      rmSync(home, { recursive: true, force: true })
    },
  }
})
