// Owns one run of the CLI, from arguments to exit status; everything it touches is a parameter.
// Always holds: with --json stdout holds one JSON value or nothing and a failure is one JSON value on stderr; exit status
// 0 done, 1 failed, 2 wrong usage; the token stands in nothing that is printed.

import { type Failure, ok, type Result } from '../shared/result.ts'
import { type AdminCall, createAdminClient, parseServerUrl } from './client.ts'
import type { CommandContext, Output } from './command.ts'
import { safeJson, safeText } from './text.ts'
import { readToken } from './token.ts'
import { type Invocation, parseCommandLine, shortUsage } from './usage.ts'

export interface RunOptions {
  /** Arguments after the program's name. */
  readonly argv: readonly string[]
  readonly fetch: typeof globalThis.fetch
  readonly platform: NodeJS.Platform
  /** Text of a file, `-` for standard input. */
  readonly readText: (path: string) => Promise<Result<string>>
  readonly writeFile: CommandContext['writeFile']
  readonly printPdf: CommandContext['printPdf']
  /** Resolves when the signature library is ready. */
  readonly loadPrimitives: CommandContext['loadPrimitives']
  readonly nowMs: () => number
  readonly sleep: (ms: number) => Promise<void>
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
  readonly timeoutMs?: number
}

type Ask = Extract<Invocation, { type: 'command' }>

/** Runs one command and returns the exit status. Expected failures are printed; a bug throws. */
export async function runAdmin(options: RunOptions): Promise<number> {
  const { argv, stdout, stderr } = options
  const json = argv.includes('--json')
  const invocation = parseCommandLine(argv)
  if (!invocation.ok) return refuse(options, json, invocation.error)
  if (invocation.value.type === 'help') {
    stdout(`${invocation.value.text}\n`)
    return 0
  }

  const session = await connect(options, invocation.value)
  if (!session.ok) return refuse(options, json, session.error)
  const { call, token, warnings } = session.value
  const hide = (text: string): string =>
    token === undefined ? text : text.replaceAll(token, '[token]').replaceAll(quoted(token), '[token]')
  // Under --json stderr holds the failure alone, so that a script can parse it.
  const tell = (line: string): void => (json ? undefined : stderr(`${hide(safeText(line))}\n`))
  const result = await perform(options, invocation.value, call, tell)
  if (!result.ok) {
    if (!json) for (const warning of warnings) stderr(`warning: ${warning}\n`)
    return refuse({ ...options, stderr: (text) => stderr(hide(text)) }, json, result.error)
  }
  for (const warning of warnings) stderr(`warning: ${warning}\n`)
  stdout(`${hide(json ? safeJson(result.value.value) : result.value.text)}\n`)
  return 0
}

/** As it stands inside JSON. */
function quoted(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

interface Connection {
  readonly call: AdminCall | undefined
  readonly token: string | undefined
  readonly warnings: readonly string[]
}

async function connect(options: RunOptions, { server, tokenFile, command, flags }: Ask): Promise<Result<Connection>> {
  const offline = command.offlineWith !== undefined && flags.has(command.offlineWith)
  if (offline || server === undefined || tokenFile === undefined) {
    return ok({ call: undefined, token: undefined, warnings: [] })
  }
  const url = parseServerUrl(server)
  if (!url.ok) return url
  const read = await readToken(tokenFile, options.platform)
  if (!read.ok) return read
  const { token, warning } = read.value
  const { fetch, timeoutMs } = options
  return ok({
    call: createAdminClient({ server: url.value, token, fetch, ...(timeoutMs === undefined ? {} : { timeoutMs }) }),
    token,
    warnings: warning === undefined ? [] : [warning],
  })
}

async function perform(
  options: RunOptions,
  ask: Ask,
  call: AdminCall | undefined,
  tell: (line: string) => void,
): Promise<Result<Output>> {
  const { readText, writeFile, printPdf, loadPrimitives, nowMs, sleep } = options
  const flag = (name: string): string | undefined => ask.flags.get(name)
  const { operand } = ask
  return ask.command.run({ call, operand, flag, readText, writeFile, printPdf, loadPrimitives, nowMs, sleep, tell })
}

function refuse({ argv, stderr }: RunOptions, json: boolean, failure: Failure): number {
  const usage = failure.code === 'wrong-usage' ? shortUsage(argv) : undefined
  const { code, message, retryAfterMs } = failure
  if (json) {
    const error = {
      code,
      message,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(usage ? { usage } : {}),
    }
    stderr(`${safeJson({ error })}\n`)
  } else {
    stderr(`${safeText(`error: ${message} (${code})`)}\n${usage === undefined ? '' : `${usage}\n`}`)
  }
  return usage === undefined ? 1 : 2
}
