// Owns what a command of the CLI is, and the small steps that every command's work is made of.
// Always holds: a command touches nothing but its context.

import { limits } from '../shared/limits.ts'
import { ok, type Result } from '../shared/result.ts'
import type { AdminCall } from './client.ts'
import type { ProofPrimitives } from './verification.ts'

export interface Flag {
  /** As in usage texts: NAME, a,b, k=v; empty for a switch, which takes no value. */
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

/** Value of a flag of this command, if given; of a switch, something if given. */
export type FlagReader = (name: string) => string | undefined

export interface CommandContext {
  /** The server's API; `undefined` where the command runs without one. */
  readonly call: AdminCall | undefined
  readonly operand: string
  readonly flag: FlagReader
  /** Text of a file, `-` for standard input; `bad-input` where it cannot be read or is too large. */
  readonly readText: (path: string) => Promise<Result<string>>
  /** Writes a file whole; `bad-input` where it cannot be written. */
  readonly writeFile: (path: string, content: string | Uint8Array) => Promise<Result<undefined>>
  /** A page of HTML as PDF; `unavailable` where no browser that prints is installed. */
  readonly printPdf: (page: string) => Promise<Result<Uint8Array>>
  readonly loadPrimitives: () => Promise<ProofPrimitives>
  readonly nowMs: () => number
  readonly sleep: (ms: number) => Promise<void>
  /** Tells a person who waits how far it is; nothing where a program reads along. */
  readonly tell: (line: string) => void
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
  /** What is wrong with these flags together; undefined where nothing is. */
  readonly check?: (flag: FlagReader) => string | undefined
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

/** A flag that is given or not. */
export function switchFlag(doc: string): Flag {
  return { value: '', doc }
}

/** A flag that takes a whole number from `least` to `most`. */
export function numberFlag(least: number, most: number, doc: string): Flag {
  const check = (text: string): boolean => /^\d{1,15}$/.test(text) && Number(text) >= least && Number(text) <= most
  return { value: `${least}..${most}`, doc, check }
}

export function toNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text)
}

/** `a, b,` as words. */
export function parseNames(text: string | undefined): string[] {
  const names = (text ?? '').split(',').map((name) => name.trim())
  return names.filter((name) => name !== '')
}

/** A time in milliseconds since 1970 as ISO 8601 in UTC. */
export function instant(atMs: number | undefined): string | undefined {
  return atMs === undefined ? undefined : new Date(atMs).toISOString()
}

export const reasonFlag: Flag = { value: 'TEXT', doc: 'shown to the person at the desk', required: true }
export const keyFlag: Flag = {
  value: 'KEY',
  doc: 'idempotency key: the same request with the same key within a day gives no second order',
  check: (text) => /^[\x21-\x7e]+$/.test(text) && text.length <= limits.idempotencyKeyChars,
}
export const digestFlag: Flag = {
  value: 'DIGEST',
  doc: 'of `orders dry-run`: refused where it would be other devices by now; needed for more than the rules allow one person',
}
