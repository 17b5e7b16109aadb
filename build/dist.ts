// Owns `npm run dist`: fresh bundles, then electron-builder for the system that it runs on. Arguments go to electron-builder.
// Always holds: nothing is published from here.

import { bundle } from './bundle.ts'
import { runTool } from './process.ts'

await bundle(['renderer', 'electron'], { force: true })
const args = ['--config', 'electron-builder.yml', '--publish', 'never', ...process.argv.slice(2)]
process.exitCode = (await runTool('electron-builder/cli.js', args, { show: true })).code
