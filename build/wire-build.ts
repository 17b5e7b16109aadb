// Owns the stored builds of a released protocol version: its frames, a desktop below the bridge and a server, each one file,
// by which testing/compatibility.test.ts runs the previous client against today's server and the other way round.
// Always holds: a build is made once, from the tree that released the version, and never again.

import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { build } from 'vite'
import { PROTOCOL_VERSION } from '../shared/wire.ts'
import { projectFolder } from './process.ts'

const entries = { wire: 'shared/wire.ts', desktop: 'testing/desktop.ts', 'world-server': 'testing/world-server.ts' }

const outDir = path.join(projectFolder, 'testing', 'builds', `wire-${PROTOCOL_VERSION}`)
if (existsSync(outDir)) {
  process.stderr.write(
    `There is a build of version ${PROTOCOL_VERSION} already: what has been released stays as it is.\n`,
  )
  process.exit(1)
}
mkdirSync(outDir, { recursive: true })
for (const [name, entry] of Object.entries(entries)) {
  await build({
    configFile: false,
    envDir: false,
    root: projectFolder,
    logLevel: 'warn',
    build: {
      ssr: true,
      target: 'node24',
      outDir,
      emptyOutDir: false,
      minify: true,
      rolldownOptions: {
        input: path.join(projectFolder, entry),
        // Packages stay outside: the build holds our code alone.
        external: (id: string) => !id.startsWith('.') && !path.isAbsolute(id),
        output: { format: 'es', entryFileNames: `${name}.js` },
      },
    },
  })
}
