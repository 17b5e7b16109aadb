// Owns the parts of files on the server's disk: `<dir>/incoming/<folder>/<n>` while a file is on its way, `<dir>/<folder>/<n>`
// once it is whole. Each part is sealed (shared/sealed-parts.ts) for its folder, number and count.
// Always holds: a part that has its name is whole and durable; plain bytes are in memory one chunk at a time and never on disk;
// folder names are the server's own, so nothing a client says is part of a path.

import { existsSync, readdirSync, statfsSync } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import sodium from 'libsodium-wrappers'
import { limits } from '../../shared/limits.ts'
import { FailureError, fail, ok, type Result } from '../../shared/result.ts'
import {
  createPartOpener,
  createPartSealer,
  partBytes,
  partCount,
  partPlace,
  sealedChunkBytes,
  sealedHeaderBytes,
} from '../../shared/sealed-parts.ts'
import type { Log } from '../log.ts'

/** A file as its parts are sealed and kept. */
export interface StoredFile {
  /** 32 hexadecimal digits. */
  readonly folder: string
  readonly key: Uint8Array
  /** Of the whole file. */
  readonly bytes: number
}
/** Where a file's folder is. */
export type Shelf = 'incoming' | 'kept'

export interface Parts {
  /** Whether `bytes` more can be kept with limits.diskReserveBytes to spare. */
  hasRoom(bytes: number): boolean
  /** Makes the folder of a file that is on its way, if it is not there. Failure: `disk-full`. */
  makeFolder(folder: string): Promise<Result<void>>
  /** How many parts of an incoming file are there, from the first without a gap. */
  count(folder: string): number
  /** Folders of incoming files. */
  incomingFolders(): readonly string[]
  /**
   * Seals a part from `body` as it comes; durable on return. `seen` is told the plain bytes in order. Failures: `bad-input`
   * (not as long as the part is), `unavailable` (the body broke off), `disk-full`. After one nothing of the part is left.
   */
  write(
    file: StoredFile,
    part: number,
    body: AsyncIterable<Uint8Array>,
    seen: (plain: Uint8Array) => void,
  ): Promise<Result<void>>
  /** The plain bytes of a part, chunk by chunk. Throws where it is not there or does not open. */
  read(file: StoredFile, shelf: Shelf, part: number): AsyncGenerator<Uint8Array, void>
  /** Moves the folder of an incoming file to where whole ones are. Durable on return. */
  keep(folder: string): Promise<void>
  /** Undoes `keep`. */
  unkeep(folder: string): Promise<void>
  /** Removes a folder that is no longer on record. A fault is logged: the folder is removed at the next start. */
  remove(folder: string): Promise<void>
}

const incoming = 'incoming'
/** The one part of a folder that is being written. */
const unfinished = 'unfinished'
const folderForm = /^[0-9a-f]{32}$/

/** What a test replaces to have a disk that is full. */
export interface Disk {
  openFile(path: string, flags: string, mode: number): Promise<Pick<FileHandle, 'write' | 'sync' | 'close'>>
  /** Bytes free for us on the disk of `dir`, which may not be there yet. */
  freeBytes(dir: string): number
}
export const systemDisk: Disk = {
  openFile: open,
  freeBytes: (dir) => {
    const { bavail, bsize } = statfsSync(existsSync(dir) ? dir : dirname(dir))
    return bavail * bsize
  },
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : '')
const isFull = (error: unknown) => ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(codeOf(error))

const refused = (code: 'bad-input' | 'unavailable', message: string) => new FailureError({ code, message })

/** `body`, whose faults are the sender's, not ours. */
async function* received(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = body[Symbol.asyncIterator]()
  let isDone = false
  try {
    for (;;) {
      let next: IteratorResult<Uint8Array>
      try {
        next = await source.next()
      } catch {
        isDone = true
        throw refused('unavailable', 'The part broke off.')
      }
      if (next.done === true) {
        isDone = true
        return
      }
      yield next.value
    }
  } finally {
    if (!isDone) await source.return?.()
  }
}

async function syncFolder(path: string): Promise<void> {
  // Windows has no such thing: a rename is durable there when the journal says so.
  if (process.platform === 'win32') return
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Parts below `dir`, which is made when the first comes. libsodium must be ready. */
export function createParts(dir: string, log: Log, disk: Disk = systemDisk): Parts {
  const folderOf = (folder: string, shelf: Shelf) => {
    if (!folderForm.test(folder)) throw new Error('not a folder of ours')
    return shelf === 'incoming' ? join(dir, incoming, folder) : join(dir, folder)
  }

  function namesIn(path: string): string[] {
    try {
      return readdirSync(path)
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return []
      throw error
    }
  }

  async function move(folder: string, from: Shelf, to: Shelf): Promise<void> {
    await rename(folderOf(folder, from), folderOf(folder, to))
    await syncFolder(dir)
    await syncFolder(join(dir, incoming))
  }

  async function writeSealed(
    file: StoredFile,
    part: number,
    path: string,
    body: AsyncIterable<Uint8Array>,
    seen: (plain: Uint8Array) => void,
  ): Promise<void> {
    const plainBytes = partBytes(file.bytes, part)
    const handle = await disk.openFile(path, 'w', 0o600)
    const sealer = createPartSealer(sodium, file.key, partPlace(file.folder, part, partCount(file.bytes)))
    const chunk = Buffer.allocUnsafe(Math.min(limits.fileChunkBytes, plainBytes))
    let filled = 0
    let taken = 0
    const write = async (bytes: Uint8Array) => {
      for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at, bytes.length - at)).bytesWritten
    }
    try {
      await write(sealer.header)
      for await (const bytes of received(body)) {
        if (taken + bytes.length > plainBytes) throw refused('bad-input', 'The part is not as long as it must be.')
        seen(bytes)
        for (let from = 0; from < bytes.length; ) {
          const count = Math.min(bytes.length - from, chunk.length - filled)
          chunk.set(bytes.subarray(from, from + count), filled)
          from += count
          filled += count
          taken += count
          if (filled === chunk.length || taken === plainBytes) {
            await write(sealer.push(chunk.subarray(0, filled), taken === plainBytes))
            filled = 0
          }
        }
      }
      if (taken !== plainBytes) throw refused('bad-input', 'The part is not as long as it must be.')
      await handle.sync()
    } finally {
      chunk.fill(0)
      sealer.close()
      await handle.close()
    }
  }

  return {
    hasRoom: (bytes) => disk.freeBytes(dir) - bytes >= limits.diskReserveBytes,
    makeFolder: async (folder) => {
      try {
        await mkdir(join(dir, incoming), { recursive: true, mode: 0o700 })
        await mkdir(folderOf(folder, 'incoming'), { recursive: true, mode: 0o700 })
        await syncFolder(join(dir, incoming))
        return ok(undefined)
      } catch (error) {
        if (isFull(error)) return fail('disk-full')
        throw error
      }
    },
    count: (folder) => {
      const names = new Set(namesIn(folderOf(folder, 'incoming')))
      let parts = 0
      while (names.has(String(parts))) parts++
      return parts
    },
    incomingFolders: () => namesIn(join(dir, incoming)).filter((name) => folderForm.test(name)),
    write: async (file, part, body, seen) => {
      const folder = folderOf(file.folder, 'incoming')
      const path = join(folder, unfinished)
      try {
        await writeSealed(file, part, path, body, seen)
        await rename(path, join(folder, String(part)))
        await syncFolder(folder)
        return ok(undefined)
      } catch (error) {
        await unlink(path).catch(() => undefined)
        if (error instanceof FailureError) return { ok: false, error: error.failure }
        if (isFull(error)) return fail('disk-full')
        throw error
      }
    },
    read: async function* (file, shelf, part) {
      const handle = await open(join(folderOf(file.folder, shelf), String(part)), 'r')
      const sealed = Buffer.allocUnsafe(sealedChunkBytes)
      const next = async (most: number) => {
        let filled = 0
        while (filled < most) {
          const { bytesRead } = await handle.read(sealed, filled, most - filled)
          if (bytesRead === 0) break
          filled += bytesRead
        }
        return sealed.subarray(0, filled)
      }
      const place = partPlace(file.folder, part, partCount(file.bytes))
      let left = partBytes(file.bytes, part)
      try {
        const opener = createPartOpener(sodium, file.key, place, await next(sealedHeaderBytes))
        try {
          for (;;) {
            const opened = opener.pull(await next(sealedChunkBytes))
            left -= opened?.plain.length ?? 0
            if (opened === undefined || left < 0 || (opened.isLast && left > 0)) throw new Error('a part does not open')
            yield opened.plain
            if (opened.isLast) return
          }
        } finally {
          opener.close()
        }
      } finally {
        await handle.close()
      }
    },
    keep: (folder) => move(folder, 'incoming', 'kept'),
    unkeep: (folder) => move(folder, 'kept', 'incoming'),
    remove: async (folder) => {
      try {
        await rm(folderOf(folder, 'incoming'), { recursive: true, force: true })
      } catch (error) {
        log.error({ err: error }, 'a folder of file parts could not be removed')
      }
    },
  }
}
