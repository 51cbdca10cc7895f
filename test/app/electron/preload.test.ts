import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { compileFunction } from 'node:vm'
import { expect, test } from 'vitest'
import { type BroadsheetDesktop, channels } from '../../../app/electron/bridge/bridge.ts'

const source = readFileSync(new URL('../../../app/electron/preload.cts', import.meta.url), 'utf8')
const offer = { id: 'one', name: 'list.csv', bytes: 26 }

/** Run the script as Electron does in a sandbox: as a function, with a `require` that knows Electron only. */
function run() {
  const exposed: Record<string, unknown> = {}
  const invoked: [channel: string, input: unknown][] = []
  const ipcRenderer = Object.assign(new EventEmitter(), {
    invoke: async (channel: string, input: unknown) => void invoked.push([channel, input]),
  })
  const contextBridge = {
    exposeInMainWorld: (name: string, api: unknown) => {
      exposed[name] = api
    },
  }
  const require = (name: string) => {
    if (name !== 'electron') throw new Error(`module not found: ${name}`)
    return { ipcRenderer, contextBridge }
  }
  const own = { platform: 'linux', argv: ['/electron', '--type=renderer', '--broadsheet-version=1.2.3'] }
  compileFunction(stripTypeScriptTypes(source), ['require', 'process'])(require, own)
  return { exposed, invoked, ipcRenderer, bridge: exposed.broadsheetDesktop as BroadsheetDesktop }
}

test('the page gets five things, and none of them is a way to say anything else', async () => {
  const { exposed, invoked, bridge } = run()
  expect(Object.keys(exposed)).toEqual(['broadsheetDesktop'])
  expect(Object.keys(bridge).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
    'notify',
    'onImport',
    'platform',
    'readImport',
    'version',
  ])
  expect(bridge).toMatchObject({ platform: 'linux', version: '1.2.3' })
  await bridge.notify({ title: 'Done', body: '3 rows', channel: 'other' } as never)
  await bridge.readImport('one', 0)
  expect(invoked).toEqual([
    [channels.notify, { title: 'Done', body: '3 rows' }],
    [channels.readImport, { id: 'one', offset: 0 }],
  ])
})

test('a file that came before the page listened is heard of once', () => {
  const { ipcRenderer, bridge } = run()
  const heard: unknown[][] = []
  ipcRenderer.emit(channels.offerImport, { sender: 'an event, and not for the page' }, offer)
  const end = bridge.onImport((...said) => heard.push(said))
  expect(heard).toEqual([[offer]])
  ipcRenderer.emit(channels.offerImport, {}, { ...offer, id: 'two' })
  end()
  expect(heard).toHaveLength(2)
  bridge.onImport((...said) => heard.push(said))
  expect(heard, 'who comes back to the page').toHaveLength(2)
})
