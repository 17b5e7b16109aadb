// Owns what the forensic test is made of: marks that are planted in every kind of content, the real headless client as a
// process that can be killed, and the scan of everything that process could have written to.
// Always holds: a mark is random words that nothing else writes; a client is ended by its own handle; what cannot be read
// counts as a find. Searches bytes, so it needs no knowledge of the store.

import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { foldText } from '../main/search/fold.ts'
import type { CallArgs, CallName, CallResult, FailureView } from '../shared/bridge.ts'
import { type Canary, createCanaryScanner } from './canaries.ts'
import type { Random } from './random.ts'

const program = fileURLToPath(new URL('./forensic-host.program.ts', import.meta.url))

// --- marks ----------------------------------------------------------------------------------------------------------------------

/** A text with which one piece of content is marked. */
export interface Mark {
  readonly kind: string
  /** A word that no language has, and four rare characters. */
  readonly text: string
  readonly word: string
}

export interface Marks {
  /** A new mark for a piece of content of this kind. */
  next(kind: string): Mark
  /** Looks for an id, a time or a key as well. */
  add(canary: Canary): void
  readonly kinds: ReadonlySet<string>
  readonly canaries: readonly Canary[]
}

const consonants = 'bcdfghjklmnpqrstvwxz'
const vowels = 'aeiouy'
const han = '龜灣廳鬱鑿籲豔鸚鵡麒麟黌龐聾襲饕餮魑魅魍魎蠹鱷鯨鷲麝黴鼯齷齪龕龠爨爵犛獺玀璽瓏甕疊癲皺盧'

/** Marks from a seed: no two alike. */
export function createMarks(random: Random): Marks {
  const canaries: Canary[] = []
  const kinds = new Set<string>()
  return {
    next(kind) {
      const letters = Array.from({ length: 9 }, () => random.pick([...consonants]) + random.pick([...vowels])).join('')
      const word = letters.charAt(0).toUpperCase() + letters.slice(1)
      const characters = Array.from({ length: 4 }, () => random.pick([...han])).join('')
      const name = `${kind} ${canaries.length + 1}`
      kinds.add(kind)
      // Without its beginning, which an index may keep apart, shared with the word before.
      canaries.push({ name: `${name} (word)`, text: letters.slice(4) }, { name: `${name} (Han)`, text: characters })
      const folded = foldText(characters)
      if (folded !== characters) canaries.push({ name: `${name} (Han, folded)`, text: folded })
      return { kind, text: `${word}${characters}`, word }
    },
    add: (canary) => void canaries.push(canary),
    kinds,
    canaries,
  }
}

// --- the client -------------------------------------------------------------------------------------------------------------------

/** Rejects whatever still waits for a client that has ended. */
export class Ended extends Error {}

export type Answer<T> =
  | { readonly ok: T; readonly error?: never }
  | { readonly error: FailureView; readonly ok?: never }

export interface ForensicClient {
  /** The user's own folder, which is none of the client's: `chosen` and `saved` in it. */
  readonly outside: string
  /** Rejects with Ended once the process has. */
  call<N extends CallName>(name: N, args: CallArgs<N>): Promise<Answer<CallResult<N>>>
  /** As call, where nothing but success will do. */
  must<N extends CallName>(name: N, args: CallArgs<N>): Promise<CallResult<N>>
  /** Resolves once `check` holds: looked at now, after each event, and now and then for what has no event. */
  until(check: () => Promise<boolean>): Promise<void>
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>
  /** Everything the process wrote to its error stream. */
  errors(): Buffer
}

/** How often `until` looks again by itself. */
const lookAgainMs = 100

/** The folders that a client writes to by itself. */
export interface Room {
  readonly profile: string
  readonly home: string
  readonly tmp: string
}

/** Folders below `base`; the key store's own secret comes to lie beside the profile, outside all three. */
export function createRoom(base: string): Room {
  const room = { profile: path.join(base, 'profile'), home: path.join(base, 'home'), tmp: path.join(base, 'tmp') }
  for (const folder of [...Object.values(room), path.join(outsideOf(room), 'saved')])
    mkdirSync(folder, { recursive: true })
  return room
}

/** Where the user keeps files in the clear: nothing is searched here. */
const outsideOf = (room: Room): string => path.join(path.dirname(room.profile), 'outside')

/** Starts the real client without a window, logging all that it can. */
export function startForensicClient(room: Room): ForensicClient {
  const child = spawn(process.execPath, [program, '--headless', '--dev-keystore', '--profile', room.profile], {
    cwd: room.home,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: room.home,
      USERPROFILE: room.home,
      TMPDIR: room.tmp,
      TEMP: room.tmp,
      TMP: room.tmp,
      LANG: 'en_HK.UTF-8',
      CAUSEWAY_LOG: 'debug',
      CAUSEWAY_FORENSIC_OUTSIDE: outsideOf(room),
    },
  })
  const waiting = new Map<number, { settle: (answer: Answer<unknown>) => void; reject: (error: Error) => void }>()
  const looks = new Set<() => void>()
  const errors: Buffer[] = []
  let lastId = 0
  let over = false
  let rest = ''
  child.stdin.on('error', () => undefined)
  child.stderr.on('data', (bytes: Buffer) => void errors.push(bytes))
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const document = JSON.parse(line) as { id?: number; event?: string } & Answer<unknown>
      if (document.id === undefined) for (const look of [...looks]) look()
      else waiting.get(document.id)?.settle(document)
    }
  })
  const gone = new Promise<void>((resolve) => {
    child.on('close', () => {
      over = true
      for (const { reject } of waiting.values()) reject(new Ended('the client has ended'))
      for (const look of [...looks]) look()
      resolve()
    })
  })

  const call: ForensicClient['call'] = (name, args) => {
    if (over) return Promise.reject(new Ended('the client has ended'))
    const id = ++lastId
    return new Promise((resolve, reject) => {
      waiting.set(id, { settle: (answer) => resolve(answer as Answer<never>), reject })
      child.stdin.write(`${JSON.stringify({ id, call: name, args })}\n`)
    })
  }
  return {
    outside: outsideOf(room),
    call,
    must: async (name, args) => {
      const answer = await call(name, args)
      if (answer.error) throw new Error(`${name}: ${answer.error.code}`)
      return answer.ok
    },
    until: async (check) => {
      while (!(await check())) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(wake, lookAgainMs)
          function wake() {
            clearTimeout(timer)
            looks.delete(wake)
            resolve()
          }
          looks.add(wake)
        })
      }
    },
    kill: () => {
      child.kill('SIGKILL')
      return gone
    },
    errors: () => Buffer.concat(errors),
  }
}

// --- the scan ---------------------------------------------------------------------------------------------------------------------

export interface Findings {
  /** One line a find, by name and place, never the words. */
  readonly finds: readonly string[]
  readonly filesRead: number
  readonly bytesRead: number
}

/** Looks for every canary in every byte of a room's folders, and of what the client wrote to its error stream. */
export function createRoomSearch(canaries: readonly Canary[]): (room: Room, output: Buffer) => Promise<Findings> {
  const scanner = createCanaryScanner(canaries)
  return async (room, output) => {
    const finds = scanner.scanBytes(output, 'error stream').map(describe)
    let filesRead = 0
    let bytesRead = 0
    for (const [name, folder] of Object.entries(room)) {
      const report = await scanner.scanFolder(folder)
      finds.push(...report.hits.map((hit) => describe({ ...hit, file: `${name}/${hit.file}` })))
      finds.push(...report.unreadable.map(({ file, code }) => `${name}/${file} could not be read: ${code}`))
      filesRead += report.filesRead
      bytesRead += report.bytesRead
    }
    return { finds, filesRead, bytesRead }
  }
}

function describe({
  canary,
  form,
  file,
  offset,
}: {
  canary: string
  form: string
  file: string
  offset: number | undefined
}) {
  return `${canary} as ${form} in ${file}${offset === undefined ? '’s name' : ` at ${offset}`}`
}
