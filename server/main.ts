// Owns the `server` program: its command line, its first line on stdout, signals and exit codes.
// Always holds: stdout carries that one JSON line; logs and the one error line go to stderr; exit 0 after a signal, 1 on
// failure, 2 on wrong usage.

import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { limits } from '../shared/limits.ts'
import type { Failure } from '../shared/result.ts'
import { normaliseOrigin } from './gateway/origins.ts'
import { createStderrLog } from './log.ts'
import { type ServerOptions, startServer } from './server.ts'

const usage = `Usage: server --data DIR --port N [--host H] [--public-origin URL …] [--workspace-name NAME]
  --data DIR            where the workspace lies; made where it is missing
  --port N              0 takes a free port
  --host H              address to listen on (default 127.0.0.1)
  --public-origin URL   origin under which devices reach this server through a proxy; repeatable
  --workspace-name NAME name of the workspace, given at the first start
`

function refuse(failure: Failure): never {
  const { code, message } = failure
  process.stderr.write(`${JSON.stringify({ error: { code, message } })}\n`)
  process.exit(code === 'wrong-usage' ? 2 : 1)
}

/** The options on the command line, or what is wrong with them. */
function readOptions(args: string[]): ServerOptions & { dataDir: string } {
  const wrong = (message: string): never => refuse({ code: 'wrong-usage', message })
  const parse = () => {
    try {
      return parseArgs({
        args,
        options: {
          data: { type: 'string' },
          port: { type: 'string' },
          host: { type: 'string' },
          'public-origin': { type: 'string', multiple: true },
          'workspace-name': { type: 'string' },
          help: { type: 'boolean' },
        },
      }).values
    } catch (error) {
      return wrong(error instanceof Error ? error.message : 'The command line is not understood.')
    }
  }
  const values = parse()
  if (values.help === true) {
    process.stdout.write(usage)
    process.exit(0)
  }
  const { data, port, host, 'public-origin': publicOrigins = [], 'workspace-name': workspaceName } = values
  if (data === undefined || data === '') return wrong('--data DIR is missing.')
  if (port === undefined || !/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    return wrong('--port N must be a number from 0 to 65535.')
  }
  const bad = publicOrigins.find((text) => normaliseOrigin(text) === undefined)
  if (bad !== undefined) return wrong(`--public-origin must be an origin such as https://chat.example.com, not ${bad}`)
  if (workspaceName !== undefined && (workspaceName === '' || workspaceName.length > limits.conversationNameChars)) {
    return wrong(`--workspace-name must have 1 to ${limits.conversationNameChars} characters.`)
  }
  return {
    dataDir: resolve(data),
    port: Number(port),
    publicOrigins,
    ...(host === undefined ? {} : { host }),
    ...(workspaceName === undefined ? {} : { workspaceName }),
  }
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2))
  const log = createStderrLog('info')
  const started = await startServer({ ...options, log })
  if (!started.ok) return refuse(started.error)
  const server = started.value
  let stopping = false
  const stop = () => {
    if (stopping) return
    stopping = true
    // Whatever keeps a socket or a timer alive must not keep the process.
    setTimeout(() => process.exit(0), limits.shutdownMs).unref()
    server.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'stopping failed')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  process.stdout.write(`${JSON.stringify({ type: 'listening', url: server.url, dataDir: options.dataDir })}\n`)
}

await main()
