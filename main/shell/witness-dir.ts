// Owns where a host keeps what must not go back with an older copy of a profile: the witness folder.
// Always holds: it lies outside the profile, belongs to this user of this machine, and is not of the kind that the system
// carries to another machine. Nothing is made here.

import { isAbsolute, join, relative, sep } from 'node:path'

/** What of the command line decides it. */
interface Asked {
  readonly witnessDir?: string
  readonly devKeyStore: boolean
}

/**
 * The folder asked for, else this user's own for the state of programs. None for a profile under the test key store, which
 * names its own, and where it would lie inside the profile.
 */
export function witnessDirOf(
  asked: Asked,
  profileDir: string,
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
): string | undefined {
  if (asked.witnessDir !== undefined) return asked.witnessDir
  const usual = asked.devKeyStore ? undefined : usualPlace(env, platform)
  return usual === undefined || isWithin(profileDir, usual) ? undefined : usual
}

function usualPlace(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string | undefined {
  // Local, not Roaming: what another machine has seen says nothing of this one's profile.
  if (platform === 'win32') return below(env.LOCALAPPDATA, 'Causeway-state')
  if (platform === 'darwin') return below(env.HOME, 'Library', 'Application Support', 'Causeway-state')
  // XDG Base Directory Specification 0.8: a relative path is to be ignored.
  return below(env.XDG_STATE_HOME, 'causeway') ?? below(env.HOME, '.local', 'state', 'causeway')
}

function below(folder: string | undefined, ...names: string[]): string | undefined {
  return folder !== undefined && isAbsolute(folder) ? join(folder, ...names) : undefined
}

/** True where `path` is `folder` or lies below it; both absolute. */
export function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}
