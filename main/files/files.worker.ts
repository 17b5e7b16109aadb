// Owns the files worker's start: joins its work, libsodium and the port to the main thread. An entry, like app.ts.
// Always holds: messages that come while libsodium loads wait, in their order.

import { parentPort, workerData } from 'node:worker_threads'
import sodium from 'libsodium-wrappers'
import { createDiskJobs } from './disk-jobs.ts'
import type { Folders, ToWorker } from './protocol.ts'

const port = parentPort
if (!port) throw new Error('files.worker.ts runs as a worker only')
const jobs = sodium.ready.then(() =>
  createDiskJobs({
    ...(workerData as Folders),
    sodium,
    post: (message, transfer) => port.postMessage(message, transfer),
    ended: () => port.close(),
  }),
)
port.on('message', (message: ToWorker) => {
  // A fault ends the worker, as it should: the main thread starts another.
  void jobs.then((receive) => receive(message))
})
