// Owns a desktop's files in tests: the product's own files module over the product's own store in a folder, and stand-ins for
// host, server and clock that a test holds in its hand. Always holds: closing and opening again is what a restart is.

import { join } from 'node:path'
import { createFiles, type Files, type FilesParts } from '../main/files/files.ts'
import { storeFailure } from '../main/store/failures.ts'
import type { Store } from '../main/store/store.ts'
import { createCipher } from '../main/vault/cipher.ts'
import type { ClientId, ConversationId, FileId, FileInfo, Policy } from '../shared/model.ts'
import { type Failure, fail, ok } from '../shared/result.ts'
import { cacheFile, type ExampleCache, exampleCache, fill, nothingLive, openCache } from './caches.ts'
import { createFolder, type Folder } from './folders.ts'

export interface FileDesk {
  readonly folder: Folder
  readonly dir: string
  readonly known: ExampleCache
  readonly conversationId: ConversationId
  readonly otherConversationId: ConversationId
  store: Store
  files: Files
  /** Paths handed to other programs. */
  readonly opened: string[]
  /** Where the user saves; undefined: they cancel. */
  saveTo: string | undefined
  policy: Partial<Policy>
  readonly ready: ClientId[]
  readonly refused: { readonly clientId: ClientId; readonly failure: Failure }[]
  /** Attaches `content` as the window does, in slices of `sliceBytes`. */
  attach(name: string, content: Buffer, sliceBytes?: number): Promise<FileId>
  /** Puts a message with these files into the outbox. */
  send(fileIds: readonly FileId[]): ClientId
  /** A message with this file appears in the log; the id under which the page shows its file. */
  receive(file: FileInfo): FileId
  /** Resolves once `found` holds, looked at after every change. */
  until(found: () => boolean): Promise<void>
  /** Ends as a crash does (`abandon`) or in order, and opens again on what is there. */
  restart(how: 'close' | 'abandon', overrides?: Partial<FilesParts>): Promise<void>
  end(): Promise<void>
}

/** A desk that is connected to `server`. */
export async function openFileDesk(
  server: Pick<FilesParts, 'request'> & { readonly origin: string },
  overrides: Partial<FilesParts> = {},
): Promise<FileDesk> {
  const folder = createFolder()
  const cipher = await createCipher()
  const known = exampleCache(401)
  const [first, second] = known.conversations
  if (!first || !second) throw new Error('conversations')
  const openStore = () => openCache({ cipher, file: cacheFile(folder.dir), self: known.self })
  const watchers = new Set<() => void>()
  const changed = () => {
    for (const look of [...watchers]) look()
  }

  const openFiles = (store: Store, more: Partial<FilesParts>): Files =>
    createFiles({
      store,
      dir: join(folder.dir, 'files'),
      openedDir: join(folder.dir, 'open'),
      shell: {
        async openPath(path) {
          desk.opened.push(path)
          return ok(undefined)
        },
        saveAs: async () => desk.saveTo,
      },
      origin: () => server.origin,
      request: server.request,
      policy: () => ({ leaseHours: 72, notifications: 'full', contentProtection: false, ...desk.policy }),
      retryMs: () => 1,
      storeFailure,
      changed,
      readyToSend(clientId) {
        desk.ready.push(clientId)
        changed()
      },
      cannotSend(clientId, failure) {
        desk.refused.push({ clientId, failure })
        desk.store.setFailure(clientId, failure)
        changed()
      },
      clock: {
        nowMs: () => Date.now(),
        setTimer(run, ms) {
          const timer = setTimeout(run, ms)
          return () => clearTimeout(timer)
        },
      },
      log: { error: () => undefined, info: () => undefined, debug: () => undefined },
      freeBytes: async () => Number.MAX_SAFE_INTEGER,
      ...overrides,
      ...more,
    })

  const store = openStore()
  fill(store, known)
  const desk: FileDesk = {
    folder,
    dir: folder.dir,
    known,
    conversationId: first.conversationId,
    otherConversationId: second.conversationId,
    store,
    files: undefined as unknown as Files,
    opened: [],
    saveTo: undefined,
    policy: {},
    ready: [],
    refused: [],
    async attach(name, content, sliceBytes = 180 * 1024) {
      const { conversationId } = desk
      const attached = await desk.files.attach({ conversationId, name, mediaType: '', bytes: content.length })
      if (!attached.ok) throw new Error(attached.error.code)
      const { fileId } = attached.value
      for (let at = 0; at < content.length; at += sliceBytes) {
        const taken = await desk.files.append(fileId, at, Uint8Array.from(content.subarray(at, at + sliceBytes)))
        if (!taken.ok) throw new Error(taken.error.code)
      }
      return fileId
    },
    send(fileIds) {
      const clientId = known.example.id('message')
      const files = fileIds.map((fileId) => {
        const record = desk.store.file(fileId)
        if (!record) throw new Error('no such file')
        const { name, mediaType, bytes } = record
        return { fileId, name, mediaType, bytes }
      })
      const message = { type: 'message' as const, clientId, body: 'files', createdAtMs: 1, files }
      const queued = desk.store.enqueue(desk.conversationId, message)
      if (!queued.ok) throw new Error(queued.error.code)
      desk.files.outgoing(clientId)
      return clientId
    },
    receive(file) {
      const { conversationId } = desk
      const seq = (desk.store.position(conversationId)?.high ?? 0) + 1
      const clientId = known.example.id('message')
      const content = { type: 'message' as const, clientId, body: file.name, files: [file] }
      desk.store.applyEvents(conversationId, [{ conversationId, seq, atMs: seq, actorId: known.other, content }])
      const page = desk.store.readPage(conversationId, undefined, 1, nothingLive)
      const shown = page.ok ? page.value.messages.at(-1)?.content : undefined
      const fileId = shown?.type === 'text' ? shown.files?.[0]?.fileId : undefined
      if (fileId === undefined) throw new Error('the page shows no file')
      return fileId
    },
    until(found) {
      return new Promise((resolve) => {
        const look = () => {
          if (!found()) return
          watchers.delete(look)
          resolve()
        }
        watchers.add(look)
        look()
      })
    },
    async restart(how, more = {}) {
      await desk.files[how]()
      desk.store.close()
      desk.store = openStore()
      desk.files = openFiles(desk.store, more)
      desk.files.connected()
    },
    async end() {
      await desk.files.abandon()
      desk.store.close()
      folder.remove()
    },
  }
  desk.files = openFiles(store, {})
  desk.files.connected()
  return desk
}

/** A server that nobody reaches. */
export const noServer = { origin: 'http://127.0.0.1:1', request: async () => fail('offline') }
