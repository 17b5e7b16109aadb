// Owns asking for the passphrase of a profile: from CAUSEWAY_PASSPHRASE, or at the terminal without showing it.
// Always holds: the variable is taken out of the environment, so that no program started later inherits it; the question
// goes to the error stream, since standard output may carry JSON lines.

import type { ReadStream } from 'node:tty'

const BACKSPACES = new Set(['\u007f', '\b'])

/** The passphrase, or undefined where neither the environment nor a terminal gives one. */
export async function askPassphrase(env: NodeJS.ProcessEnv, input: ReadStream): Promise<string | undefined> {
  const given = env.CAUSEWAY_PASSPHRASE
  delete env.CAUSEWAY_PASSPHRASE
  if (given) return given
  if (!input.isTTY) return undefined
  process.stderr.write('Passphrase of this profile: ')
  input.setRawMode(true)
  input.setEncoding('utf8')
  try {
    return await readHidden(input)
  } finally {
    input.setRawMode(false)
    input.pause()
    process.stderr.write('\n')
  }
}

function readHidden(input: ReadStream): Promise<string | undefined> {
  return new Promise((resolve) => {
    let typed: string[] = []
    const take = (text: string) => {
      for (const character of text) {
        if (character === '\r' || character === '\n') return finish(typed.join(''))
        if (character === '\u0003' || character === '\u0004') return finish('')
        if (BACKSPACES.has(character)) typed = typed.slice(0, -1)
        else typed.push(character)
      }
    }
    const finish = (text: string) => {
      input.off('data', take)
      resolve(text === '' ? undefined : text)
    }
    input.on('data', take)
    input.resume()
  })
}
