// Checks which texts count as origins of a server.

import { expect, test } from 'vitest'
import { normaliseOrigin, ownOrigins } from './origins.ts'

test.each([
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ['ws://LocalHost:80/', 'http://localhost'],
  ['wss://chat.example.com', 'https://chat.example.com'],
  ['https://[::1]:443', 'https://[::1]'],
  ['http://a.example/path', undefined],
  ['http://user@a.example', undefined],
  ['http://a.example?x', undefined],
  ['ftp://a.example', undefined],
  ['http://a.exa\nmple', undefined],
  [' http://a.example', undefined],
  ['a.example', undefined],
  ['', undefined],
])('[SRV46] %j is the origin %s', (text, expected) => {
  expect(normaliseOrigin(text)).toBe(expected)
})

test('[SRV47] loopback and wildcard addresses answer under their local names, others under their own only', () => {
  expect([...ownOrigins('127.0.0.1', 5, [])]).toEqual(['http://127.0.0.1:5', 'http://localhost:5'])
  expect(ownOrigins('::', 5, ['wss://x.example']).has('http://localhost:5')).toBe(true)
  expect([...ownOrigins('10.1.2.3', 80, ['wss://x.example'])]).toEqual(['http://10.1.2.3', 'https://x.example'])
})
