// Owns the one shape in which an expected failure travels: between modules, across the bridge, over HTTP and the wire.
// Always holds: a failure has a stable code that programs match on and a message that people read; a code, once
// published, keeps its meaning. A bug is not a failure: it throws and is logged once.

/** Every code that crosses a boundary, with what it means. New codes are added; none is reused. */
export const failureCodes = {
  // anywhere
  'bad-input': 'The request does not fit its schema.',
  'too-large': 'The request or frame exceeds its size limit.',
  'rate-limited': 'Too many attempts; try again after retryAfterMs.',
  'not-found': 'No such thing, or none that the caller may know of.',
  'not-allowed': 'The caller may not do this.',
  'already-exists': 'A thing of that name is there already.',
  internal: 'A fault in the program; it has been logged.',
  unavailable: 'The service cannot be reached or is shutting down.',
  'policy-forbids': 'The organisation does not allow this.',
  'conversation-archived': 'The conversation is archived: nothing is added to it any more.',
  'message-deleted': 'The message has been deleted.',
  // files
  'file-missing': 'The file is not there, or not yet.',
  'file-mismatch': 'The bytes are not those of the file: its hash differs.',
  'file-unsafe': 'A file of this kind is not opened from here.',
  // enrolment and authentication
  'code-unknown': 'No such enrolment code.',
  'code-used': 'This enrolment code has been used by another device.',
  'code-expired': 'This enrolment code is past its time.',
  'user-inactive': 'The account has been deactivated.',
  'device-unknown': 'The server does not know this device.',
  'device-revoked': 'The device is no longer trusted.',
  'device-wiped': 'The device has been wiped and must be enrolled anew.',
  'proof-invalid': 'The device proof does not verify.',
  'wrong-server': 'The server is not the one this device was enrolled with.',
  'not-a-server': 'The address does not answer as a Causeway server.',
  'update-required': 'Client and server share no protocol version.',
  'clock-skewed': 'The clock of this computer differs from the server’s by more than is safe.',
  replaced: 'The same device connected a second time.',
  'too-slow': 'The connection did not keep up; the client catches up instead.',
  // the local profile
  'not-enrolled': 'This desktop is not enrolled yet.',
  'already-enrolled': 'This desktop is enrolled already.',
  'keystore-unavailable': 'The operating system’s key store cannot be used.',
  'keystore-insecure': 'The operating system’s key store would keep secrets in the clear.',
  'keystore-changed': 'The key store no longer opens what it sealed for this profile.',
  'store-corrupt': 'The local cache does not open or does not verify.',
  'store-other-key': 'The local cache was sealed under another key.',
  'store-too-new': 'The local cache was written by a newer version.',
  'profile-in-use': 'Another process has this profile open.',
  'profile-not-writable': 'The profile folder cannot be written.',
  'disk-full': 'The disk is full.',
  locked: 'The cache is locked until the server has been reached.',
  'app-locked': 'The app is locked until its passphrase is given.',
  'store-rolled-back': 'The local cache is an older copy of itself.',
  wiping: 'The desktop is being wiped.',
  wiped: 'The desktop has been wiped by the organisation.',
  offline: 'This needs a connection.',
  'passphrase-wrong': 'The passphrase does not open this profile.',
  'passphrase-needed': 'The profile is opened with a passphrase.',
  'signed-out': 'The organisation has signed this desktop out; what is cached is kept, sealed.',
  // wipe orders
  'order-expired': 'The wipe order is past its time.',
  'fleet-moved': 'The order would be for other devices than its dry run showed; look again.',
  'approval-own': 'Whoever gave an order cannot approve it.',
  'order-decided': 'The order has been decided, or has lapsed.',
  'key-reused': 'The idempotency key was used for another request.',
  'order-malformed': 'The wipe order is not a well-formed compact JWS of its type.',
  'order-bad-signature': 'The wipe order is not signed by the pinned key.',
  'order-wrong-device': 'The wipe order names another device.',
  'order-replayed': 'The wipe order’s counter is not above the last one obeyed.',
  'receipt-malformed': 'The receipt is not a well-formed compact JWS of its type.',
  'receipt-bad-signature': 'The receipt is not signed by the device’s key.',
  // starting programs
  'port-taken': 'The port is in use by another program.',
  'data-not-writable': 'The data directory cannot be written.',
  'data-too-new': 'The data directory was written by a newer version.',
  'data-in-use': 'Another server process has this data directory open.',
  'wrong-usage': 'The command line is not understood.',
} as const

export type FailureCode = keyof typeof failureCodes

/** An expected failure. `message` is English for logs and scripts; screens translate the code. */
export interface Failure {
  readonly code: FailureCode
  readonly message: string
  /** How long to wait before trying again, in milliseconds, where that is known. */
  readonly retryAfterMs?: number
}

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Failure }

/** A success carrying `value`. */
export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value }
}

/** A failure with `code`; `message` defaults to the code's meaning. */
export function fail(
  code: FailureCode,
  message: string = failureCodes[code],
  retryAfterMs?: number,
): { readonly ok: false; readonly error: Failure } {
  return { ok: false, error: retryAfterMs === undefined ? { code, message } : { code, message, retryAfterMs } }
}

/** True where `code` is one of ours: a hostile peer may send any string. */
export function isFailureCode(code: string): code is FailureCode {
  return Object.hasOwn(failureCodes, code)
}

/** The exception form, for places where only an exception can carry a failure (constructors, stream callbacks). */
export class FailureError extends Error {
  readonly failure: Failure
  constructor(failure: Failure, options?: { cause?: unknown }) {
    super(`${failure.code}: ${failure.message}`, options)
    this.name = 'FailureError'
    this.failure = failure
  }
}
