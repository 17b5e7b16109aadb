// Owns reading the command line against the table of commands, and the usage texts.
// Always holds: a flag that a command does not have, a flag given twice or a missing operand is wrong usage, never ignored.

import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { fail, ok, type Result } from '../shared/result.ts'
import type { Command, Flag } from './command.ts'
import { commands } from './commands.ts'

/** A command line understood. */
export type Invocation =
  | { readonly type: 'help'; readonly text: string }
  | {
      readonly type: 'command'
      readonly command: Command
      readonly operand: string
      readonly flags: ReadonlyMap<string, string>
      readonly server: string | undefined
      readonly tokenFile: string | undefined
    }

const SYNOPSIS = 'admin --server URL --token-file FILE NOUN VERB … [--json]'
const globalFlags = new Set(['server', 'token-file', 'json', 'help'])

/** Reads the arguments after the program's name; `wrong-usage` where they are not understood. */
export function parseCommandLine(argv: readonly string[]): Result<Invocation> {
  const parsed = split(argv)
  if (!parsed.ok) return parsed
  const { flags, positionals, help } = parsed.value
  const [noun, verb] = positionals
  const ofNoun = commands.filter((command) => command.noun === noun)
  if (noun !== undefined && ofNoun.length === 0) return fail('wrong-usage', `There is no command "${noun}".`)
  if (help) return ok({ type: 'help', text: noun === undefined ? fullHelp() : nounHelp(noun, ofNoun) })
  if (noun === undefined) return fail('wrong-usage', 'A command is missing.')

  const command = ofNoun.find((each) => each.verb === undefined || each.verb === verb)
  if (!command) {
    const said = verb === undefined ? `"${noun}" needs a verb` : `"${noun}" has no verb "${verb}"`
    return fail('wrong-usage', `${said}: ${ofNoun.map((each) => each.verb).join(', ')}.`)
  }
  const operands = positionals.slice(command.verb === undefined ? 1 : 2)
  if (operands.length > (command.operand ? 1 : 0)) return fail('wrong-usage', 'Too many arguments.')
  const operand = operands[0] ?? ''
  if (command.operand && operand === '') return fail('wrong-usage', `${command.operand} is missing.`)
  const flagProblem = checkFlags(command, flags)
  if (flagProblem !== undefined) return fail('wrong-usage', flagProblem)

  const server = flags.get('server')
  const tokenFile = flags.get('token-file')
  const offline = command.offlineWith !== undefined && flags.has(command.offlineWith)
  if (!offline && (server === undefined || tokenFile === undefined)) {
    const instead = command.offlineWith === undefined ? '' : `, or --${command.offlineWith}`
    return fail('wrong-usage', `--server and --token-file are needed${instead}.`)
  }
  return ok({ type: 'command', command, operand, flags, server, tokenFile })
}

/** One or a few lines for stderr: the usage of the command or noun meant, else of the whole. */
export function shortUsage(argv: readonly string[]): string {
  const parsed = split(argv)
  const [noun, verb] = parsed.ok ? parsed.value.positionals : argv.filter((word) => !word.startsWith('-'))
  const ofNoun = commands.filter((command) => command.noun === noun)
  const exact = ofNoun.filter((command) => command.verb === verb)
  const meant = exact.length > 0 ? exact : ofNoun
  if (meant.length === 0) return `usage: ${SYNOPSIS}\nadmin --help lists the commands.`
  return meant.map((command, index) => `${index === 0 ? 'usage: ' : '       '}admin … ${synopsis(command)}`).join('\n')
}

interface Words {
  readonly flags: ReadonlyMap<string, string>
  readonly positionals: readonly string[]
  readonly help: boolean
}

function split(argv: readonly string[]): Result<Words> {
  const known = commands.flatMap((command) => Object.entries(command.flags))
  const options: ParseArgsOptionsConfig = {
    server: { type: 'string' },
    'token-file': { type: 'string' },
    ...Object.fromEntries(known.map(([name, { value }]) => [name, { type: value === '' ? 'boolean' : 'string' }])),
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  }
  try {
    const { tokens, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true, tokens: true })
    const flags = new Map<string, string>()
    let help = false
    for (const token of tokens) {
      if (token.kind !== 'option') continue
      if (token.name === 'help') help = true
      if (token.name === 'help' || token.name === 'json') continue
      if (flags.has(token.name)) return fail('wrong-usage', `--${token.name} is given twice.`)
      flags.set(token.name, token.value ?? 'on')
    }
    return ok({ flags, positionals, help })
  } catch (error) {
    return fail('wrong-usage', error instanceof Error ? firstSentence(error.message) : undefined)
  }
}

/** Node's messages go on to explain how to pass what looks like a flag; the first sentence says what is wrong. */
function firstSentence(message: string): string {
  const sentence = message.split(/\.\s|\n/)[0] ?? message
  return sentence.endsWith('.') ? sentence : `${sentence}.`
}

function checkFlags(command: Command, flags: ReadonlyMap<string, string>): string | undefined {
  for (const name of flags.keys()) {
    if (!globalFlags.has(name) && !Object.hasOwn(command.flags, name)) {
      return `--${name} is not a flag of "${[command.noun, command.verb].filter(Boolean).join(' ')}".`
    }
  }
  if (command.needsFlag && !Object.keys(command.flags).some((name) => flags.has(name))) {
    return `"${headOf(command)}" needs at least one flag.`
  }
  for (const [name, flag] of Object.entries(command.flags)) {
    const value = flags.get(name)
    if (flag.required && value === undefined) return `--${name} is missing.`
    if (value !== undefined && flag.check?.(value) === false) return `--${name} takes ${flag.value}.`
  }
  return command.check?.((name) => flags.get(name))
}

function synopsis(command: Command): string {
  const flags = Object.entries(command.flags).map(([name, flag]) =>
    flag.required ? shownFlag(name, flag) : `[${shownFlag(name, flag)}]`,
  )
  return [command.noun, command.verb, command.operand, ...flags].filter((word) => word !== undefined).join(' ')
}

function shownFlag(name: string, { value }: Flag): string {
  return value === '' ? `--${name}` : `--${name} ${value}`
}

function fullHelp(): string {
  const width = Math.max(...commands.map((command) => headOf(command).length))
  return [
    `usage: ${SYNOPSIS}`,
    '',
    'Commands:',
    ...commands.map((command) => `  ${headOf(command).padEnd(width)}  ${command.doc}`),
    '',
    'Flags of every command:',
    '  --server URL       address of the workspace server',
    '  --token-file FILE  file with the admin token; the server writes one into its data directory at first start',
    '  --json             one JSON value on stdout; failures as {"error":{"code","message"}} on stderr',
    '  --help             this text, or after a noun that noun’s flags',
    '',
    'Exit status: 0 done, 1 failed, 2 wrong usage. A private certificate authority is named in NODE_EXTRA_CA_CERTS.',
  ].join('\n')
}

function headOf(command: Command): string {
  return [command.noun, command.verb, command.operand].filter((word) => word !== undefined).join(' ')
}

function nounHelp(noun: string, ofNoun: readonly Command[]): string {
  const parts = ofNoun.map((command) => {
    const flags = Object.entries(command.flags)
    const width = Math.max(0, ...flags.map(([name, flag]) => shownFlag(name, flag).length))
    return [
      `admin … ${synopsis(command)}`,
      `  ${command.doc}`,
      ...flags.map(([name, flag]) => `    ${shownFlag(name, flag).padEnd(width)}  ${flag.doc}`),
    ].join('\n')
  })
  return [`usage: admin --server URL --token-file FILE ${noun} … [--json]`, ...parts].join('\n\n')
}
