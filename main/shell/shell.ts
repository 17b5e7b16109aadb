// Owns the port between the app and its host: window, bridge, OS key store, notices, power. Types only.
// Always holds: the app never knows its host; a host never knows sessions, records or keys, and keeps nothing of what
// passes through it. Implementations: electron.ts (the product), chromium.ts (the stand-in), headless.ts (stdio).

import type { EventName, EventPayload, SessionState, SessionView } from '../../shared/bridge.ts'
import type { Result } from '../../shared/result.ts'

/** Protects small secrets with what the operating system (or the user) keeps outside the profile. */
export interface KeyStore {
  /** Name of the mechanism, kept beside each secret so that a change is recognised: 'gnome_libsecret', 'dpapi', … */
  readonly backend: string
  /** `keystore-unavailable`, `keystore-insecure`, `passphrase-needed`, or ready. */
  check(): Promise<Result<void>>
  /** Seals `secret` for this user of this machine. Throws FailureError where check() would refuse. */
  seal(secret: Uint8Array): Promise<Uint8Array>
  /** Opens what seal() made; `keystore-changed` where the key is not the one it was sealed with. */
  open(sealed: Uint8Array): Promise<Result<Uint8Array>>
  /** Destroys what this profile has in the key store itself, so far as the mechanism can; part of a wipe. */
  destroy(): Promise<void>
}

export type PowerEvent = 'suspend' | 'resume' | 'lock-screen' | 'unlock-screen'

export interface Notice {
  readonly title: string
  readonly body: string
  readonly onClick: () => void
}

/** A file that the user has chosen in the system's dialog. */
export interface PickedFile {
  readonly path: string
  /** Its name in its folder; untrusted. */
  readonly name: string
  readonly bytes: number
}

/** What the user is asked outside the window, in words of main's: plain text, which the host never reads as anything else. */
export interface Question {
  /** Of the dialog's window. */
  readonly title: string
  /** The question itself, in one sentence. */
  readonly message: string
  /** What hangs on it; lines are kept. */
  readonly detail: string
  readonly confirmLabel: string
  readonly cancelLabel: string
  /** What is asked for cannot be taken back. */
  readonly isDanger: boolean
}

export interface Removed {
  readonly files: number
  readonly bytes: number
}

export interface Shell {
  readonly kind: SessionView['host']
  readonly keyStore: KeyStore
  /** BCP 47 tags, most wanted first. */
  readonly systemLanguages: readonly string[]
  /** Takes the handler of bridge calls. The host checks the sender and the size; the handler does the rest. */
  serve(handle: (name: string, args: unknown) => Promise<Result<unknown>>): void
  /** Sends an event to the renderer, if one listens. */
  emit<N extends EventName>(name: N, payload: EventPayload<N>): void
  /** Opens the window (or brings it to the front) with the renderer loaded. Resolves when it has painted. */
  showWindow(): Promise<void>
  /** Reloads the renderer from nothing, dropping all it holds in memory. */
  resetWindow(): Promise<void>
  /** Badge, tray and window title: how many unread, and the state of the session. */
  showStatus(status: { readonly unread: number; readonly state: SessionState }): void
  notify(notice: Notice): void
  /** Takes back the notifications that are still shown: what they say is not to be read while the app is locked. */
  clearNotices(): void
  /** True while the user looks at the window. */
  isFocused(): boolean
  onPower(listener: (event: PowerEvent) => void): () => void
  /** Keeps the window out of screenshots where the system can. */
  setContentProtection(on: boolean): void
  /** Opens a URL, already checked to be http(s) or mailto, in the system's browser. */
  openExternal(url: string): Promise<void>
  /**
   * Files the user chooses in the system's dialog; none where it is cancelled. Throws FailureError: `not-allowed` where
   * the host has no dialog and the window's own serves, `unavailable` where there is no window.
   */
  pickFiles(): Promise<readonly PickedFile[]>
  /** Where the user wants a file of this name saved; undefined where they cancel. Throws as pickFiles(). */
  saveAs(name: string): Promise<string | undefined>
  /**
   * Asks the user where no page of ours reaches; a dialog that is closed is a no, and so is one that cannot be shown. The
   * answer that needs no thought is the no.
   */
  confirm(question: Question): Promise<boolean>
  /**
   * A document as PDF, A4. It is drawn without script, without a bridge and without a network; nothing of it is kept. Codes:
   * `unavailable` where the host has nothing that draws it, or it could not be drawn.
   */
  printPdf(html: string): Promise<Result<Uint8Array>>
  /**
   * Folder of this user outside every profile, where it is kept how far a profile has come: an older copy of a profile is
   * known by it. It need not exist. Absent: none is kept.
   */
  readonly witnessDir?: string
  /** Opens a file with the system's program for it. Codes: `unavailable`. */
  openPath(path: string): Promise<Result<void>>
  /** Removes what the host itself keeps on disk for the renderer (caches, storage), as part of a wipe. */
  clearHostStorage(): Promise<Removed>
  /** Called once when the user or the system ends the program; the host waits for the promise, at most three seconds. */
  onQuit(listener: () => Promise<void>): void
  /** Ends the program. */
  quit(): Promise<void>
}
