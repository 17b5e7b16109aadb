// Owns the command line of the desktop programs: which options there are and how they are read.
// Always holds: what is not understood is refused with `wrong-usage`, except in Electron, where Chromium's own flags
// stand between ours.

import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { fail, ok, type Result } from '../../shared/result.ts'
import { isWithin } from './witness-dir.ts'

const options = {
  profile: { type: 'string' },
  server: { type: 'string' },
  enroll: { type: 'string' },
  headless: { type: 'boolean' },
  describe: { type: 'boolean' },
  'dev-keystore': { type: 'boolean' },
  'headless-window': { type: 'boolean' },
  'debug-port-file': { type: 'string' },
  'check-keystore': { type: 'boolean' },
  place: { type: 'string' },
  witness: { type: 'string' },
  'quit-on-stdin-end': { type: 'boolean' },
} as const

export type Place = 'left' | 'right'

export interface CommandLine {
  /** Absolute path of the profile folder. */
  readonly profileDir?: string
  readonly serverUrl?: string
  readonly enrolCode?: string
  readonly headless: boolean
  readonly describe: boolean
  readonly devKeyStore: boolean
  readonly headlessWindow: boolean
  readonly debugPortFile?: string
  readonly checkKeyStore: boolean
  readonly quitOnStdinEnd: boolean
  /** The half of the screen to open the window in, so that two desktops stand side by side. */
  readonly place?: Place
  /** Absolute path of the folder for what is kept outside the profile; never inside it. */
  readonly witnessDir?: string
}

/** Reads arguments (without program and script). `isLenient` passes over what is not ours. Code: wrong-usage. */
export function readCommandLine(args: readonly string[], isLenient = false): Result<CommandLine> {
  let values: ReturnType<typeof parse>
  try {
    values = parse(args, isLenient)
  } catch (error) {
    return fail('wrong-usage', error instanceof Error ? error.message : undefined)
  }
  const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
  const profile = text(values.profile)
  const serverUrl = text(values.server)
  const enrolCode = text(values.enroll)
  const debugPortFile = text(values['debug-port-file'])
  const witness = text(values.witness)
  const { place } = values
  if (place !== undefined && place !== 'left' && place !== 'right') {
    return fail('wrong-usage', '--place is left or right.')
  }
  if (enrolCode !== undefined && serverUrl === undefined) {
    return fail('wrong-usage', '--enroll CODE needs --server URL.')
  }
  if (profile === undefined && values.describe !== true && !isLenient) {
    return fail('wrong-usage', '--profile DIR is needed.')
  }
  if (profile !== undefined && witness !== undefined && isWithin(resolve(profile), resolve(witness))) {
    return fail(
      'wrong-usage',
      '--witness DIR lies outside the profile: what is in it must not go back with an older copy.',
    )
  }
  return ok({
    ...(witness === undefined ? {} : { witnessDir: resolve(witness) }),
    ...(profile === undefined ? {} : { profileDir: resolve(profile) }),
    ...(serverUrl === undefined ? {} : { serverUrl }),
    ...(enrolCode === undefined ? {} : { enrolCode }),
    ...(debugPortFile === undefined ? {} : { debugPortFile: resolve(debugPortFile) }),
    ...(place === undefined ? {} : { place }),
    headless: values.headless === true,
    describe: values.describe === true,
    devKeyStore: values['dev-keystore'] === true,
    headlessWindow: values['headless-window'] === true,
    checkKeyStore: values['check-keystore'] === true,
    quitOnStdinEnd: values['quit-on-stdin-end'] === true,
  })
}

function parse(args: readonly string[], isLenient: boolean) {
  return parseArgs({ args: [...args], options, strict: !isLenient, allowPositionals: isLenient }).values
}
