// Owns the search worker's start: joins the indexer, libsodium and the port to the main thread. An entry, like app.ts.
// Always holds: messages that come while libsodium loads wait, in their order.

import { parentPort } from 'node:worker_threads'
import { createCipher } from '../vault/cipher.ts'
import { createIndexer } from './indexer.ts'
import type { ToWorker } from './protocol.ts'

const port = parentPort
if (!port) throw new Error('search.worker.ts runs as a worker only')
const indexer = createCipher().then((cipher) => createIndexer({ cipher, post: (message) => port.postMessage(message) }))
port.on('message', (message: ToWorker) => {
  // A fault ends the worker, as it should: the main thread starts another.
  void indexer.then((receive) => receive(message))
})
