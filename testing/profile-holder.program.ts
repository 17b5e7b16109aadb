// Owns a program that holds a profile's lock until it is killed, or writes files in it for ever, or says why it cannot.
// Usage: node profile-holder.program.ts DIR hold|write|try

import { writeSync } from 'node:fs'
import { openProfile } from '../main/profile/profile.ts'

const [dir = '', act] = process.argv.slice(2)
const opened = openProfile(dir)
writeSync(1, opened.ok ? 'opened\n' : `${opened.error.code}\n`)
// Held by the timer: a profile that nothing refers to is collected, and its lock goes with it.
if (opened.ok && act === 'hold') setInterval(() => opened.value.dir, 1000)
if (opened.ok && act === 'write')
  for (let round = 0; ; round++) {
    opened.value.write('settings.json', Buffer.from(String.fromCharCode(97 + (round % 26)).repeat(100_000)))
    writeSync(1, `wrote ${round}\n`)
  }
