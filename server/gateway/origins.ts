// Owns the comparison of origins: a device names the origin it dialled, and signs it, so that a server in between cannot
// pass its proof on. Always holds: two spellings of one origin compare equal; anything else than an origin is none.

/** `scheme://host[:port]` in one spelling, ws counted as http; undefined where the text is no such origin. */
export function normaliseOrigin(text: string): string | undefined {
  // The URL parser drops line breaks and blanks, which would let one text stand for another in what is signed.
  if (!/^[\x21-\x7e]+$/.test(text) || !URL.canParse(text)) return undefined
  const url = new URL(text)
  const scheme = { 'http:': 'http:', 'ws:': 'http:', 'https:': 'https:', 'wss:': 'https:' }[url.protocol]
  if (scheme === undefined || url.username !== '' || url.password !== '') return undefined
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') return undefined
  return new URL(`${scheme}//${url.host}`).origin
}

/** The origins under which a server that listens at `host` and `port` is dialled. */
export function ownOrigins(host: string, port: number, publicOrigins: readonly string[]): ReadonlySet<string> {
  const hosts = [host.includes(':') ? `[${host}]` : host]
  if (['127.0.0.1', '0.0.0.0', '::1', '::', 'localhost'].includes(host)) hosts.push('localhost', '127.0.0.1')
  const texts = [...hosts.map((name) => `http://${name}:${port}`), ...publicOrigins]
  return new Set(texts.flatMap((text) => normaliseOrigin(text) ?? []))
}
