// Owns the screen that windows open on where the machine has none: a virtual one of our own on Linux.
// Always holds: a display that is there already is used as it is; ours takes a free number by itself and ends by its id.

import type { Readable } from 'node:stream'
import { findProgram, start, stop } from './process.ts'

const startLimitMs = 10_000

export interface Display {
  /** What a program needs in its environment to open windows there. */
  env: Record<string, string>
  /** What this display is, for a person to read. */
  says: string
  close(): Promise<void>
}

/** Reads the display's number, which Xvfb writes on file descriptor 3 once it takes clients. */
function readDisplayNumber(stream: Readable): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = ''
    const timer = setTimeout(() => resolve(undefined), startLimitMs)
    const finish = (number: string | undefined) => {
      clearTimeout(timer)
      resolve(number)
    }
    stream.setEncoding('utf8')
    stream.on('data', (chunk: string) => {
      text += chunk
      if (text.includes('\n')) finish(text.trim())
    })
    stream.once('close', () => finish(undefined))
  })
}

/**
 * The display to open windows on: the machine's own, else a virtual one, else undefined (Linux without Xvfb). `size` is in
 * pixels. The caller closes it.
 */
export async function openDisplay(size = { width: 1440, height: 900 }): Promise<Display | undefined> {
  const present = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY
  if (present) return { env: {}, says: "this machine's display", close: async () => undefined }
  const program = findProgram('Xvfb')
  if (program === undefined) return undefined
  const screen = ['-screen', '0', `${size.width}x${size.height}x24`]
  const server = start(program, ['-displayfd', '3', ...screen, '-nolisten', 'tcp', '-noreset'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const number = await readDisplayNumber(server.stdio[3] as Readable)
  if (number === undefined) {
    await stop(server)
    return undefined
  }
  return { env: { DISPLAY: `:${number}` }, says: `a virtual display (:${number})`, close: () => stop(server) }
}
