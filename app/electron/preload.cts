import type { IpcRendererEvent } from 'electron'
import type { BroadsheetDesktop, ImportOffer } from './bridge/bridge.ts' with { 'resolution-mode': 'import' }

// CommonJS and one file: a sandboxed preload script has no other module system, and loads nothing of ours.
const { contextBridge, ipcRenderer } = require('electron') as typeof import('electron')

const versionFlag = '--broadsheet-version='
const listeners = new Set<(offer: ImportOffer) => void>()
/** Of a file that came before the page was so far. */
let waiting: ImportOffer | null = null

ipcRenderer.on('broadsheet:offer-import', (_event: IpcRendererEvent, offer: ImportOffer) => {
  if (listeners.size === 0) waiting = offer
  for (const listener of listeners) listener(offer)
})

const bridge: BroadsheetDesktop = {
  platform: process.platform,
  version: process.argv.find((one) => one.startsWith(versionFlag))?.slice(versionFlag.length) ?? '',
  notify: ({ title, body }) => ipcRenderer.invoke('broadsheet:notify', { title, body }),
  onImport(listener) {
    listeners.add(listener)
    // Once: who comes back to the page has seen it.
    if (waiting !== null) listener(waiting)
    waiting = null
    return () => void listeners.delete(listener)
  },
  readImport: (id, offset) => ipcRenderer.invoke('broadsheet:read-import', { id, offset }),
}
contextBridge.exposeInMainWorld('broadsheetDesktop', bridge)
