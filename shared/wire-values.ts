// Owns the small forms that frames of both directions and the enrolment call are made of.

import { z } from 'zod'

export const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/)
/** 32 raw bytes. */
export const key32Schema = base64url.length(43)
/** 64 raw bytes: an Ed25519 signature. */
export const signatureSchema = base64url.length(86)
export const nonceSchema = base64url.length(43)
export const compactJws = (bytes: number) =>
  z
    .string()
    .max(bytes)
    .regex(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/)
/** A code as in failureCodes; kept open, since the peer may be newer. */
export const codeSchema = z.string().min(1).max(64)
export const requestIdSchema = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER)
/** Opaque position in a server feed; '' is its beginning. */
export const feedCursorSchema = z.string().max(64)
