// Owns `npm run desktop`: picks the host, builds what is out of date, starts one desktop and ends it when asked.
// Always holds: whatever ends this program ends the desktop and all it started; the exit code is the desktop's.

import { readCommandLine } from '../main/shell/command-line.ts'
import { askPassphrase } from '../main/shell/passphrase.ts'
import { bundle } from './bundle.ts'
import { type HostName, openDesktop } from './desktop-process.ts'
import { chooseHost, installAdvice } from './hosts.ts'

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

function refuse(code: string, message: string, exitCode: number): never {
  say(JSON.stringify({ error: { code, message } }))
  process.exit(exitCode)
}

/** Takes `--host NAME` out of the arguments; the rest is the desktop's. */
function readArguments(given: readonly string[]): { wanted?: HostName; args: string[]; isDevKeyStore: boolean } {
  const args = [...given]
  const at = args.indexOf('--host')
  const wanted = at < 0 ? undefined : args.splice(at, 2)[1]
  if (at >= 0 && wanted !== 'electron' && wanted !== 'chromium') {
    refuse('wrong-usage', '--host is electron or chromium.', 2)
  }
  const read = readCommandLine(args, true)
  if (!read.ok) refuse('wrong-usage', read.error.message, 2)
  if (read.value.profileDir === undefined) {
    refuse(
      'wrong-usage',
      'Usage: npm run desktop -- --profile DIR [--server URL --enroll CODE] [--host electron|chromium]',
      2,
    )
  }
  const isDevKeyStore = read.value.devKeyStore
  return wanted === 'electron' || wanted === 'chromium' ? { wanted, args, isDevKeyStore } : { args, isDevKeyStore }
}

async function main(): Promise<void> {
  const { wanted, args, isDevKeyStore } = readArguments(process.argv.slice(2))
  const choice = await chooseHost(wanted)
  if (choice.type === 'none') {
    for (const reason of choice.reasons) say(reason)
    refuse('unavailable', installAdvice, 1)
  }
  const { host } = choice
  say(`desktop on ${host.says}`)
  const env: Record<string, string> = {}
  if (host.name === 'chromium' && !isDevKeyStore) {
    // The desktop's own standard input is what tells it that we are gone, so the question is asked here.
    const passphrase = await askPassphrase(process.env, process.stdin)
    if (passphrase !== undefined) env.CAUSEWAY_PASSPHRASE = passphrase
  }
  await bundle(host.name === 'electron' ? ['renderer', 'electron'] : ['renderer'])
  const desktop = openDesktop({ host: host.name, executable: host.executable, args, env })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // Ours alone: the toolchain's own handler would end this process before the desktop has closed its store.
    process.removeAllListeners(signal)
    process.on(signal, () => void desktop.stop())
  }
  process.exitCode = await desktop.exited
}

await main()
