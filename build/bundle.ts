// Owns the built files: dist/renderer for every windowed host, dist/electron (main, preload, workers) for Electron.
// Always holds: a bundle appears whole or not at all, and is left alone while none of its inputs changed. What stays
// outside a bundle is in `outside` alone: the same packages that electron-builder.yml ships.

import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import react from '@vitejs/plugin-react'
import { type InlineConfig, type Plugin, build as viteBuild } from 'vite'
import { projectFolder, seconds } from './process.ts'

export type BundleName = 'renderer' | 'electron'

/** Oldest engines that a bundle meets: Electron 33 in tests; the product's own is newer. */
const pageTarget = 'chrome130'
const nodeTarget = 'node20'

/** Packages with native code, and the runtime itself. The last two are optional native helpers of `ws`, never installed. */
export const outside = ['electron', 'better-sqlite3', 'bufferutil', 'utf-8-validate']

export const distFolder = path.join(projectFolder, 'dist')

const inputs: Record<BundleName, string[]> = {
  renderer: ['shared/**/*.ts', 'renderer/**/*'],
  electron: ['shared/**/*.ts', 'main/**/*', 'preload/**/*'],
}

/** Hash over the names and contents of everything that a bundle is made from. */
function inputHash(name: BundleName): string {
  const hash = createHash('sha256')
  const patterns = [...inputs[name], 'build/bundle.ts', 'package.json', 'package-lock.json']
  for (const file of globSync(patterns, { cwd: projectFolder }).sort()) {
    const place = path.join(projectFolder, file)
    if (/\.test\.tsx?$/.test(file) || !statSync(place).isFile()) continue
    hash.update(file).update('\0').update(readFileSync(place)).update('\0')
  }
  return hash.digest('hex')
}

/** Source starts a worker by its `.ts` file; in a bundle the worker lies beside the code that starts it. */
export function bundledWorkerAddress(code: string): string {
  return code.replaceAll(/(new URL\(\s*['"])[^'"]*?([\w-]+\.worker)\.ts(['"],\s*import\.meta\.url)/g, '$1./$2.js$3')
}

const workerFiles: Plugin = {
  name: 'causeway-worker-files',
  transform(code, id) {
    return id.endsWith('.ts') && code.includes('.worker.ts') ? bundledWorkerAddress(code) : undefined
  },
}

const common = {
  configFile: false,
  envDir: false,
  logLevel: 'warn',
  root: projectFolder,
} satisfies InlineConfig

function rendererConfig(outDir: string): InlineConfig {
  return {
    ...common,
    root: path.join(projectFolder, 'renderer'),
    base: './',
    plugins: [react()],
    build: {
      outDir,
      emptyOutDir: true,
      target: pageTarget,
      // The page's policy allows neither inline scripts nor data: addresses.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      license: { fileName: 'licenses.md' },
      chunkSizeWarningLimit: 2000,
    },
  }
}

function nodeConfig(outDir: string, entries: Record<string, string>, format: 'es' | 'cjs'): InlineConfig {
  return {
    ...common,
    plugins: [workerFiles],
    ssr: { noExternal: true, external: outside, target: 'node' },
    build: {
      ssr: true,
      outDir,
      emptyOutDir: false,
      target: nodeTarget,
      minify: false,
      copyPublicDir: false,
      ...(format === 'es' ? { license: { fileName: 'licenses.md' } } : {}),
      rolldownOptions: {
        input: entries,
        external: outside,
        output: {
          format,
          entryFileNames: format === 'es' ? '[name].js' : '[name].cjs',
          chunkFileNames: '[name]-[hash].js',
        },
      },
    },
  }
}

function electronConfigs(outDir: string): InlineConfig[] {
  const workers = globSync('main/**/*.worker.ts', { cwd: projectFolder }).map(
    (file) => [path.basename(file, '.ts'), path.join(projectFolder, file)] as const,
  )
  const main = { main: path.join(projectFolder, 'main', 'electron-entry.ts'), ...Object.fromEntries(workers) }
  return [
    nodeConfig(outDir, main, 'es'),
    // A sandboxed preload is CommonJS and may require nothing but electron: one file holds the rest.
    nodeConfig(outDir, { preload: path.join(projectFolder, 'preload', 'index.ts') }, 'cjs'),
  ]
}

/**
 * Builds what is out of date. Returns the names built; an unchanged bundle is left as it is unless `force` is set.
 * Throws what the bundler throws; the former bundle then stays in place.
 */
export async function bundle(names: readonly BundleName[], options: { force?: boolean } = {}): Promise<BundleName[]> {
  const built: BundleName[] = []
  for (const name of names) {
    const target = path.join(distFolder, name)
    const hash = inputHash(name)
    const hashFile = path.join(target, '.inputs')
    if (options.force !== true && existsSync(hashFile) && readFileSync(hashFile, 'utf8') === hash) continue
    const work = path.join(distFolder, `.${name}-${process.pid}`)
    try {
      mkdirSync(work, { recursive: true })
      for (const config of name === 'renderer' ? [rendererConfig(work)] : electronConfigs(work)) await viteBuild(config)
      writeFileSync(path.join(work, '.inputs'), hash)
      rmSync(target, { recursive: true, force: true })
      renameSync(work, target)
    } finally {
      rmSync(work, { recursive: true, force: true })
    }
    built.push(name)
  }
  return built
}

const isBundleName = (text: string): text is BundleName => text === 'renderer' || text === 'electron'

if (import.meta.main) {
  const startedAtMs = performance.now()
  const asked = process.argv.slice(2).filter(isBundleName)
  const names: BundleName[] = asked.length > 0 ? asked : ['renderer', 'electron']
  const built = await bundle(names, { force: process.argv.includes('--force') })
  console.log(
    `${built.length === 0 ? `up to date: ${names.join(', ')}` : `built ${built.join(', ')}`} in ${seconds(performance.now() - startedAtMs)}`,
  )
}
