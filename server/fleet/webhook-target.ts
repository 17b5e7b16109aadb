// Owns where webhooks may go: what an address must look like, and which network addresses a name may stand for.
// Always holds: https, whose certificate must be valid for the name; http to this computer alone. Decided at each try, by
// the addresses that are then dialled, so that a name cannot be pointed elsewhere after it was looked at.
//
// Networks of the organisation itself (10/8, 192.168/16, fc00::/7 …) are allowed: the receivers IT has are its own ticket
// and security systems, which live there. What holds instead: only operators set addresses, only a host that proves its name
// is spoken to, the body is ours, and of the answer nothing but its status is ever looked at or shown. Refused are
// addresses that no receiver has and attacks aim at: link-local (a cloud machine's metadata), multicast, unspecified, and
// this computer under any name but its own.

import { type LookupAddress, lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { fail, ok, type Result } from '../../shared/result.ts'

const never = new BlockList()
never.addSubnet('0.0.0.0', 8)
never.addSubnet('169.254.0.0', 16)
never.addSubnet('224.0.0.0', 4)
never.addSubnet('240.0.0.0', 4)
never.addAddress('::', 'ipv6')
never.addSubnet('fe80::', 10, 'ipv6')
never.addSubnet('ff00::', 8, 'ipv6')
// NAT64 and 6to4: an IPv4 address of any kind in another coat.
never.addSubnet('64:ff9b::', 96, 'ipv6')
never.addSubnet('2002::', 16, 'ipv6')
const thisComputer = new BlockList()
thisComputer.addSubnet('127.0.0.0', 8)
thisComputer.addAddress('::1', 'ipv6')

const has = (list: BlockList, address: string) => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** The host as dialled: without the brackets of an IPv6 address. */
const hostOf = (url: URL) => url.hostname.replace(/^\[|\]$/g, '')
/** True where the address names this computer. */
function isLocal(url: URL): boolean {
  const host = hostOf(url)
  return host === 'localhost' || (isIP(host) !== 0 && has(thisComputer, host))
}

/** True where what the URL names may be dialled at this network address. */
export function mayDial(url: URL, address: string): boolean {
  return !has(never, address) && has(thisComputer, address) === isLocal(url)
}

/** The address of a webhook. Failure: `bad-input`, saying what is wrong with it. */
export function parseTarget(text: string): Result<URL> {
  const url = URL.parse(text)
  if (url === null) return fail('bad-input', 'The address is not a URL.')
  const isPlain = url.protocol === 'http:'
  if (url.protocol !== 'https:' && !(isPlain && isLocal(url))) {
    return fail('bad-input', 'The address must begin with https://, or with http:// on this computer alone.')
  }
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    return fail('bad-input', 'The address must not hold a user, a password or a fragment.')
  }
  const host = hostOf(url)
  if (isIP(host) !== 0 && !mayDial(url, host)) return fail('bad-input', 'Nothing may be sent to this address.')
  return ok(url)
}

/** Resolves names to those addresses alone that may be dialled; fails with `EACCES` where there is none. */
export function lookupFor(url: URL): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        done(error, '')
        return
      }
      const allowed: LookupAddress[] = found.filter(({ address }) => mayDial(url, address))
      const [first] = allowed
      if (first === undefined) done(Object.assign(new Error('no address may be dialled'), { code: 'EACCES' }), '')
      else if (options.all === true) done(null, allowed)
      else done(null, first.address, first.family)
    })
  }
}
