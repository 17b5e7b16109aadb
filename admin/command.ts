// Owns what a command of the CLI is, and the small steps that every command's work is made of.
// Always holds: a command touches nothing but its context.

import { ok, type Result } from '../shared/result.ts'
import type { AdminCall } from './client.ts'
import type { VerifyDetached } from './verification.ts'

export interface Flag {
  /** As in usage texts: NAME, a,b, k=v. */
  readonly value: string
  readonly doc: string
  readonly required?: boolean
  /** False for a value that is not of the form that `value` shows. */
  readonly check?: (value: string) => boolean
}

/** An answer, as value for programs and as text for people. */
export interface Output {
  readonly value: unknown
  readonly text: string
}

export interface CommandContext {
  /** The server's API; `undefined` where the command runs without one. */
  readonly call: AdminCall | undefined
  readonly operand: string
  /** Value of a flag of this command, if given. */
  readonly flag: (name: string) => string | undefined
  /** Text of a file, `-` for standard input; `bad-input` where it cannot be read or is too large. */
  readonly readText: (path: string) => Promise<Result<string>>
  readonly verifyDetached: VerifyDetached
  readonly nowMs: () => number
}

export interface Command {
  readonly noun: string
  /** Absent for a noun that is a command by itself. */
  readonly verb?: string
  readonly operand?: string
  readonly flags: Readonly<Record<string, Flag>>
  readonly doc: string
  /** True where the command does nothing without a flag of its own. */
  readonly needsFlag?: boolean
  /** A flag that makes server and token unnecessary. */
  readonly offlineWith?: string
  readonly run: (context: CommandContext) => Promise<Result<Output>>
}

/** The server's API, for a command that runs with one. */
export function need(call: AdminCall | undefined): AdminCall {
  if (!call) throw new TypeError('this command needs a server')
  return call
}

/** A result as output. */
export function shown<T>(result: Result<T>, text: (value: T) => string): Result<Output> {
  return result.ok ? ok({ value: result.value, text: text(result.value) }) : result
}

/** Without the fields that are undefined. */
export function defined(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}

export function yesNo(value: boolean): string {
  return value ? 'yes' : 'no'
}

/** A flag that takes one of these words. */
export function choice(words: readonly string[], doc: string): Flag {
  return { value: words.join('|'), doc, check: (text) => words.includes(text) }
}

/** What a flag of `on` or `off` says. */
export function toSwitch(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : text === 'on'
}
