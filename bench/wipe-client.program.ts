// Owns the desktop of the benchmark `wipe`: the app as every host runs it, on a host without a window, that tells when the steps
// of a wipe are done. Always holds: nothing of the server runs in this process; times are of the wall clock, to the microsecond,
// so that they compare with those of the process that gave the order.
// Usage (with an IPC channel): wipe-client.program.ts PROFILE URL [CODE MESSAGES]

import { createApp } from '../main/app.ts'
import { createLog } from '../main/log.ts'
import { createDevKeyStore, devKeyStoreFile } from '../main/shell/dev-key-store.ts'
import type { WipeStep } from '../main/wipe/plan.ts'
import { createFakeShell, must } from '../testing/fake-shell.ts'
import type { MemoryKeyStore } from '../testing/memory-key-store.ts'

export type ToDesktop = { readonly type: 'end' }
export type FromDesktop =
  /** Connected; where MESSAGES were named, they are cached and can be searched. */
  | { readonly type: 'live' }
  | { readonly type: 'step'; readonly step: WipeStep; readonly when: 'before' | 'after'; readonly atMs: number }

const POLL_MS = 50

const [profileDir = '', serverUrl = '', code, messages = '0'] = process.argv.slice(2)
const keyStore = createDevKeyStore(devKeyStoreFile(profileDir)) as MemoryKeyStore
const shell = createFakeShell(keyStore)
const app = createApp({
  shell,
  profileDir,
  version: '0.1.0',
  platform: 'bench',
  deviceName: 'bench',
  log: createLog({ stderr: false, level: 'error' }),
  serverUrl,
  ...(code !== undefined && { enrolCode: code }),
  wipeProbe: (step, when) => tell({ type: 'step', step, when, atMs: performance.timeOrigin + performance.now() }),
})

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const tell = (message: FromDesktop) => process.send?.(message)

process.on('message', (message: ToDesktop) => {
  if (message.type !== 'end') return
  void app.stop().then(() => process.exit(0))
})
process.once('disconnect', () => process.exit(0))

await app.start()
await shell.until(async () => must(await shell.call('getSession', {})).state === 'live')
const wanted = Number(messages)
for (let cached = 0; cached < wanted; await pause(POLL_MS)) {
  const { conversations } = must(await shell.call('listConversations', {}))
  cached = conversations.reduce((sum, { unread }) => sum + unread, 0)
}
while (!must(await shell.call('search', { text: 'approve' })).complete) await pause(POLL_MS)
tell({ type: 'live' })
