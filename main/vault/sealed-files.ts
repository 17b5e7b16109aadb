// Owns the form of the vault's files: `{"backend":…,"sealed":base64}`, sealed by the key store, written whole or not at all.
// Always holds: nothing is written unsealed; the key store that sealed is named beside the secret, so that a changed one is
// told apart from damage; plaintext made here is zeroed once it is sealed. Write order: encode → seal → write durably.

import { z } from 'zod'
import { type Failure, fail } from '../../shared/result.ts'
import type { Profile } from '../profile/profile.ts'
import type { KeyStore } from '../shell/shell.ts'

const sealedFileSchema = z.object({ backend: z.string(), sealed: z.base64() })

/** What reading a sealed file came to. */
export type Opened =
  | { readonly type: 'opened'; readonly bytes: Uint8Array }
  | { readonly type: 'absent' }
  /** This file is not what the key store sealed here; `failure` says so for files that nothing can do without. */
  | { readonly type: 'damaged'; readonly failure: Failure }
  /** The key store is away, insecure or another one: that is said as it is, whichever file it was. */
  | { readonly type: 'refused'; readonly failure: Failure }

export interface SealedFiles {
  read(name: string): Promise<Opened>
  /** Returns false, having written nothing, where the file was no longer wanted once it was sealed. */
  write(name: string, plaintext: Uint8Array, isWanted?: () => boolean): Promise<boolean>
  /** As write(), for a value that is encoded as JSON. */
  writeJson(name: string, value: unknown, isWanted?: () => boolean): Promise<boolean>
  /** A file's content with `value` in it as JSON, for put(): files that are to be written one right after the other. */
  sealJson(value: unknown): Promise<Uint8Array>
  put(name: string, content: Uint8Array): void
  /** True where the file is there, or cannot be read: that must not stand in the way of its own destruction. */
  isThere(name: string): boolean
  shred(name: string): void
}

export interface SealedFileParts {
  readonly profile: Pick<Profile, 'read' | 'write' | 'shred'>
  readonly keyStore: KeyStore
}

export function createSealedFiles({ profile, keyStore }: SealedFileParts): SealedFiles {
  async function seal(plaintext: Uint8Array): Promise<Uint8Array> {
    const sealed = await keyStore.seal(plaintext)
    const file = { backend: keyStore.backend, sealed: Buffer.from(sealed).toString('base64') }
    return Buffer.from(`${JSON.stringify(file)}\n`)
  }
  async function sealJson(value: unknown): Promise<Uint8Array> {
    const plaintext = Buffer.from(JSON.stringify(value))
    try {
      return await seal(plaintext)
    } finally {
      plaintext.fill(0)
    }
  }
  async function write(name: string, plaintext: Uint8Array, isWanted = () => true): Promise<boolean> {
    const content = await seal(plaintext)
    if (!isWanted()) return false
    profile.write(name, content)
    return true
  }
  return {
    async read(name) {
      const bytes = profile.read(name)
      if (bytes === undefined) return { type: 'absent' }
      const file = sealedFileSchema.safeParse(parseJson(bytes))
      if (!file.success) return damaged(name)
      const usable = await keyStore.check()
      if (!usable.ok) return { type: 'refused', failure: usable.error }
      const { backend } = file.data
      if (backend !== keyStore.backend) {
        const message = `${name} was sealed by ${backend}, not ${keyStore.backend}.`
        return { type: 'refused', failure: fail('keystore-changed', message).error }
      }
      const opened = await keyStore.open(Buffer.from(file.data.sealed, 'base64'))
      if (opened.ok) return { type: 'opened', bytes: opened.value }
      const ofThisFile = opened.error.code === 'keystore-changed' || opened.error.code === 'passphrase-wrong'
      return { type: ofThisFile ? 'damaged' : 'refused', failure: opened.error }
    },
    write,
    async writeJson(name, value, isWanted = () => true) {
      const content = await sealJson(value)
      if (!isWanted()) return false
      profile.write(name, content)
      return true
    },
    sealJson,
    put: (name, content) => profile.write(name, content),
    isThere(name) {
      try {
        return profile.read(name) !== undefined
      } catch {
        return true
      }
    },
    shred: (name) => profile.shred(name),
  }
}

/** The failure of a file whose content is not what belongs there. */
export function damaged(name: string): Extract<Opened, { type: 'damaged' }> {
  return { type: 'damaged', failure: fail('keystore-changed', `${name} is damaged.`).error }
}

/** The JSON value that `bytes` encode, or undefined. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}

/** Runs works one after another, in the order asked for: sealing waits, and an older record must not land on a newer one. */
export function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const done = last.then(work)
    last = done.catch(() => undefined)
    return done
  }
}
