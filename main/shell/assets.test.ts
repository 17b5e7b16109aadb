import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Assets, createAssets } from './assets.ts'

let root = ''
let assets: Assets
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'causeway-assets-'))
  const folder = join(root, 'renderer')
  mkdirSync(join(folder, 'assets'), { recursive: true })
  writeFileSync(join(root, 'secret.json'), 'secret')
  writeFileSync(join(folder, 'index.html'), '<html><head><title>Causeway</title></head></html>')
  writeFileSync(join(folder, 'assets', 'a.js'), 'export {}')
  writeFileSync(join(folder, '.inputs'), 'hash')
  writeFileSync(join(folder, 'licenses.md'), 'text')
  assets = createAssets(folder, { title: 'Host' })
  writeFileSync(join(folder, 'later.js'), 'added after start')
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

test('[SHL11] a built file is served under its path with its type', async () => {
  const script = await assets.respond('GET', 'causeway://app/assets/a.js?x#y')
  expect([script.status, script.headers['content-type'], script.body.toString()]).toEqual([
    200,
    'text/javascript; charset=utf-8',
    'export {}',
  ])
  expect((await assets.respond('GET', 'causeway://app/')).headers['content-type']).toBe('text/html; charset=utf-8')
})

test.each([
  '/../secret.json',
  '/%2e%2e/secret.json',
  '/..%2fsecret.json',
  '/assets/..\\..\\secret.json',
  '//etc/passwd',
  '/assets/%00a.js',
  '/assets',
  '/.inputs',
  '/licenses.md',
  '/later.js',
])('[SHL12] nothing but what was there at start is served: %s', async (path) => {
  const response = await assets.respond('GET', `causeway://app${path}`)
  expect([response.status, response.body.toString()]).toEqual([404, 'not found'])
})

test('[SHL12] a URL that is none, and a method that is not reading, are refused', async () => {
  expect((await assets.respond('GET', '')).status).toBe(404)
  expect((await assets.respond('POST', 'causeway://app/')).status).toBe(405)
})

test('[SHL13] every answer carries the policy, nosniff and no-store', async () => {
  for (const path of ['/', '/assets/a.js', '/missing']) {
    const { headers } = await assets.respond('GET', `causeway://app${path}`)
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['cache-control']).toBe('no-store')
    const policy = headers['content-security-policy'] ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'; style-src 'self';")
    expect(policy).toContain("connect-src 'none'")
    expect(policy).toContain("require-trusted-types-for 'script'")
    expect(policy).not.toContain('unsafe')
  }
})

test('[SHL13] the page bears the title of its host', async () => {
  expect((await assets.respond('GET', 'causeway://app/')).body.toString()).toContain('<title>Host</title>')
})

test('[SHL14] a renderer that was never built is told at once', () => {
  expect(() => createAssets(join(root, 'renderer', 'assets'))).toThrow('built renderer is missing')
})
