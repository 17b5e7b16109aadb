// Owns the one thing the Electron renderer is given: `window.causeway`, over two IPC channels.
// Always holds: nothing else is exposed; no channel name, event object or Electron module reaches the page.

import { contextBridge, ipcRenderer } from 'electron'
import { createApi } from '../shared/window-api.ts'

contextBridge.exposeInMainWorld(
  'causeway',
  createApi({
    call: (name, argsJson) => ipcRenderer.invoke('causeway:call', name, argsJson),
    receive: (deliver) => {
      ipcRenderer.on('causeway:event', (_event, name: string, payloadJson: string) => deliver(name, payloadJson))
    },
  }),
)
