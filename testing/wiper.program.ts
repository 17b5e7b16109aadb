// Owns a program that tests kill: it wipes the profile in DIR, or resumes, and ends itself with SIGKILL at one point.
// Always holds: a line `STEP WHEN` is printed at each point before anything else happens there.
// Usage: node wiper.program.ts DIR [STEP WHEN]

import { writeSync } from 'node:fs'
import { openWipe, receiptsBeside } from './wipes.ts'

const [dir = '', killStep, killWhen] = process.argv.slice(2)
const opened = await openWipe(dir, {
  deliver: receiptsBeside(dir).deliver,
  probe(step, when) {
    writeSync(1, `${step} ${when}\n`)
    if (step === killStep && when === killWhen) process.kill(process.pid, 'SIGKILL')
  },
})
writeSync(1, 'opened\n')
await opened.run()
await opened.wipe.deliverNow()
opened.close()
