// Owns the tie between the wire's schema and its version: wire.schema.json holds the schema as it stood when the version
// was last fixed, so that a change shows in review and cannot go out under an old number.

import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import canonicalize from 'canonicalize'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { countersignatureSchema, signOutOrderSchema, wipeOrderSchema, wipeReceiptSchema } from './proof.ts'
import {
  authProofText,
  downFrameSchema,
  enrolProofText,
  enrolRequestSchema,
  enrolResponseSchema,
  PROTOCOL_FLOOR,
  PROTOCOL_VERSION,
  problemSchema,
  serverInfoSchema,
  upFrameSchema,
  welcomeProofText,
} from './wire.ts'

const file = path.join(import.meta.dirname, 'wire.schema.json')
const update = 'CAUSEWAY_WIRE_SCHEMA=write npx vitest run shared/schema.test.ts'

const snapshotSchema = z.strictObject({
  version: z.number().int(),
  /** False until the version has been shipped: until then its schema may still change without a new number. */
  released: z.boolean(),
  sha256: z.string(),
  wire: z.unknown(),
})
type Snapshot = z.infer<typeof snapshotSchema>

function describeWire(): unknown {
  const schemas = {
    upFrame: upFrameSchema,
    downFrame: downFrameSchema,
    enrolRequest: enrolRequestSchema,
    enrolResponse: enrolResponseSchema,
    serverInfo: serverInfoSchema,
    problem: problemSchema,
    wipeOrder: wipeOrderSchema,
    wipeReceipt: wipeReceiptSchema,
    countersignature: countersignatureSchema,
    signOutOrder: signOutOrderSchema,
  }
  return {
    ...Object.fromEntries(
      Object.entries(schemas).map(([name, schema]) => [name, z.toJSONSchema(schema, { io: 'input' })]),
    ),
    signedTexts: [enrolProofText('C', 'K'), authProofText('O', 'D', 'N'), welcomeProofText('O', 'D', 'N')],
  }
}

function hashOf(wire: unknown): string {
  return createHash('sha256')
    .update(canonicalize(wire) ?? '')
    .digest('hex')
}

/** What is wrong with fixing `wire` as `version` after `before`; undefined where it may be written. */
function whyNotFix(before: Snapshot, version: number, sha256: string): string | undefined {
  if (version < before.version) return `PROTOCOL_VERSION went back from ${before.version} to ${version}.`
  if (version > before.version || sha256 === before.sha256 || !before.released) return undefined
  return `Version ${version} has been released: raise PROTOCOL_VERSION and add its line of history in shared/wire.ts.`
}

function readSnapshot(): Snapshot {
  return snapshotSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
}

describe('schema', () => {
  const wire = describeWire()
  const sha256 = hashOf(wire)

  test('[WIR9] the wire is the one that was fixed for PROTOCOL_VERSION', () => {
    const before = readSnapshot()
    if (process.env.CAUSEWAY_WIRE_SCHEMA === 'write') {
      expect(whyNotFix(before, PROTOCOL_VERSION, sha256)).toBeUndefined()
      const released = before.version === PROTOCOL_VERSION && before.released
      const snapshot: Snapshot = { version: PROTOCOL_VERSION, released, sha256, wire }
      writeFileSync(file, `${JSON.stringify(snapshot, undefined, 2)}\n`)
    }
    const fixed = readSnapshot()
    const advice = fixed.released
      ? `Raise PROTOCOL_VERSION and add its line of history in shared/wire.ts, then run: ${update}`
      : `Version ${fixed.version} has not been released: if the change is meant, run: ${update}`
    expect(fixed.version, `shared/wire.schema.json is of another version. Run: ${update}`).toBe(PROTOCOL_VERSION)
    expect(sha256, `The wire has changed under version ${PROTOCOL_VERSION}. ${advice}`).toBe(fixed.sha256)
    expect(hashOf(fixed.wire), `shared/wire.schema.json was edited by hand. Run: ${update}`).toBe(fixed.sha256)
  })

  test('[WIR9] a released version’s schema cannot be fixed again, an unreleased one’s can', () => {
    const before: Snapshot = { version: 3, released: true, sha256: 'a', wire: {} }
    expect(whyNotFix(before, 3, 'b')).toMatch(/raise PROTOCOL_VERSION/)
    expect(whyNotFix(before, 2, 'a')).toMatch(/went back/)
    expect(whyNotFix(before, 3, 'a')).toBeUndefined()
    expect(whyNotFix(before, 4, 'b')).toBeUndefined()
    expect(whyNotFix({ ...before, released: false }, 3, 'b')).toBeUndefined()
  })

  test('[WIR9] the hash sees a field added, a limit moved and a strictness lost', () => {
    const hash = (schema: z.ZodType): string => hashOf(z.toJSONSchema(schema, { io: 'input' }))
    const base = z.strictObject({ a: z.string().max(5) })
    const others = [
      z.strictObject({ a: z.string().max(5), b: z.string().optional() }),
      z.strictObject({ a: z.string().max(6) }),
      z.object({ a: z.string().max(5) }),
      z.strictObject({ a: z.string().max(5).optional() }),
    ]
    expect(new Set([base, ...others].map(hash)).size).toBe(others.length + 1)
    expect(hash(z.strictObject({ a: z.string().max(5) }))).toBe(hash(base))
  })

  test('[WIR9] every version has one line of history, and the floor is no higher than the version', () => {
    const source = readFileSync(path.join(import.meta.dirname, 'wire.ts'), 'utf8')
    const history = source.slice(source.indexOf('* History'), source.indexOf('export const PROTOCOL_VERSION'))
    const versions = [...history.matchAll(/^ \* (\d+) — \S/gm)].map((line) => Number(line[1]))
    expect(versions).toEqual(Array.from({ length: PROTOCOL_VERSION }, (_, index) => index + 1))
    expect(PROTOCOL_FLOOR).toBeLessThanOrEqual(PROTOCOL_VERSION)
    expect(PROTOCOL_FLOOR).toBeGreaterThanOrEqual(1)
  })
})
