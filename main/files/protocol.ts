// Owns what the main thread and the files worker say to each other. Types only.
// Always holds: a job is one sealed file with its key, which is handed over and zeroed when the job is closed; what is asked of a
// job is done in order; bytes are handed over, never copied. Names of files reach the worker only to be looked at or written.

import type { FileKind } from '../../shared/bridge.ts'
import type { FileId } from '../../shared/model.ts'
import type { Failure } from '../../shared/result.ts'

/** A file as it lies sealed on the disk. */
export interface SealedFile {
  /** Binds the parts to this file. */
  readonly fileId: FileId
  /** Name of the folder of its parts. */
  readonly folder: string
  /** Plain bytes of the whole file. */
  readonly bytes: number
}

export interface Inspected {
  readonly kind: FileKind
  readonly mediaType: string
  /** May be handed to another program: a harmless kind, and the name says what the bytes are. */
  readonly isSafe: boolean
}

export type Ask =
  /** Looks through the parts that are on the disk, opens and hashes them; how many are good, from the first without a gap. */
  | { readonly type: 'resume' }
  /** The next bytes of a file being taken in. */
  | { readonly type: 'append'; readonly bytes: Uint8Array<ArrayBuffer> }
  /** Takes a file of the disk in whole. */
  | { readonly type: 'take'; readonly path: string }
  /** The next part of a file being fetched; the answer is its room, empty. */
  | { readonly type: 'put'; readonly part: number; readonly bytes: Uint8Array<ArrayBuffer> }
  /** The file is whole: the SHA-256 of all that came, base64url. `file-mismatch` where it is not as long as it was said to be. */
  | { readonly type: 'finish' }
  /** `bytes`: room for a part, handed over and back. */
  | { readonly type: 'part'; readonly part: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: 'slice'; readonly offset: number; readonly length: number }
  /** Writes the plain file: `opened` for another program to read (a new file), `saved` where the user has chosen. */
  | { readonly type: 'copy'; readonly to: string; readonly as: 'opened' | 'saved'; readonly isWindows: boolean }
  | { readonly type: 'inspect'; readonly name: string }

interface Answers {
  readonly resume: number
  readonly append: undefined
  readonly take: undefined
  readonly put: Uint8Array<ArrayBuffer>
  readonly finish: string
  readonly part: Uint8Array<ArrayBuffer>
  readonly slice: Uint8Array<ArrayBuffer>
  readonly copy: undefined
  readonly inspect: Inspected
}
export type AnswerTo<T extends Ask['type']> = Answers[T]

/** What is asked about folders, of no job. */
export type Chore =
  | { readonly type: 'remove'; readonly folders: readonly string[] }
  /** Removes opened copies, overwritten; how many could not be, because another program holds them. */
  | { readonly type: 'shred'; readonly folders: readonly string[] | 'all' }

export type ToWorker =
  | {
      readonly type: 'open'
      readonly jobId: number
      readonly file: SealedFile
      readonly key: Uint8Array<ArrayBuffer>
    }
  | { readonly type: 'ask'; readonly callId: number; readonly jobId: number; readonly ask: Ask }
  | { readonly type: 'close'; readonly jobId: number }
  | { readonly type: 'chore'; readonly callId: number; readonly chore: Chore }
  /** Zeroes every key and ends. */
  | { readonly type: 'end' }

export type FromWorker =
  | { readonly type: 'answer'; readonly callId: number; readonly value: unknown }
  | { readonly type: 'refused'; readonly callId: number; readonly failure: Failure }
  /** Bytes of the file that what is asked now has got through. */
  | { readonly type: 'progress'; readonly jobId: number; readonly bytes: number }

/** What the worker is started with. */
export interface Folders {
  /** Of the sealed parts. */
  readonly sealedDir: string
  /** Of the copies that other programs read. */
  readonly openedDir: string
}
