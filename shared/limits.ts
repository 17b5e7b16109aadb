// Owns every limit of the product, each with its unit in the name and its reason beside it.
// Always holds: a number that bounds input, memory, time or retries stands here and nowhere else.

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

export const limits = {
  // --- wire -------------------------------------------------------------------------------------------------------
  /** One WebSocket frame to a client. The server cuts a page at half of it; more is hostile. */
  frameBytes: 4 * 1024 * 1024,
  /** One frame from a client: a message plus envelope; a client never has reason to send more. */
  clientFrameBytes: 128 * 1024,
  /** UTF-16 units in one message: two dense pages, well past Slack's advice, small enough for one frame. */
  bodyChars: 16_000,
  /** Events in one `events` frame: ~60 kB of ordinary text, so a frame decodes and applies in a few milliseconds. */
  eventsPerPage: 200,
  /** Events that a client asks for at a time: storing them holds its event loop for ~3 ms. */
  eventsPerPull: 128,
  /** Directory entries in one `directory` frame, for the same reason. */
  peoplePerPage: 250,
  /** Conversations in one `access` frame, for the same reason. */
  conversationsPerPage: 50,
  /** Pulls a client keeps under way at once: enough to hide a 200 ms round trip, few enough to stay fair. */
  pullsInFlight: 4,
  /** Sends a client keeps unacknowledged; order is kept by the server handling one connection's frames in turn. */
  sendsInFlight: 16,
  /** Bytes a server holds unsent for one connection before it is closed with `too-slow`: it then catches up. */
  outboundBufferBytes: 8 * 1024 * 1024,
  /** Sends per device in a burst, and the steady rate after it: fast typing and pasted lists pass, scripts do not. */
  sendBurst: 200,
  sendsPerSecond: 20,
  /** A frame that does not parse costs the peer its connection after this many. */
  badFramesBeforeClose: 3,

  // --- session ----------------------------------------------------------------------------------------------------
  /** Client sends a ping when nothing was heard for this long: below the 60 s idle cut of common proxies. */
  heartbeatMs: 25 * SECOND_MS,
  /** …and gives the connection up when nothing at all was heard for this long. */
  silenceMs: 40 * SECOND_MS,
  /** From opening the socket to `welcome`. */
  handshakeMs: 15 * SECOND_MS,
  /** First retry delay; doubles with full jitter up to the next figure. */
  backoffFirstMs: 500,
  /** Longest retry delay: a desktop is back within half a minute of its network. */
  backoffMostMs: 30 * SECOND_MS,
  /** A connection that lasted this long resets the back-off. */
  backoffResetMs: 30 * SECOND_MS,
  /** Pause before trying again where client and server share no version: a roll-back or an update is a matter of hours. */
  updateRetryMs: 15 * MINUTE_MS,
  /** How long the window waits for an older page from the server before it shows what it has. */
  olderPageMs: 10 * SECOND_MS,
  /** Frames received and not yet applied at which reading from the socket pauses, and at which it goes on. */
  inboundFramesPause: 64,
  inboundFramesResume: 16,
  /** One HTTP call of the client (enrolment, receipt). */
  httpMs: 15 * SECOND_MS,
  /** How often the lease is looked at besides its own timer: a computer that slept has no timers. */
  leaseCheckMs: MINUTE_MS,
  /** How often the server renews the lease of a connected device. */
  leaseRenewMs: 15 * MINUTE_MS,
  /** Clock difference to the server at which the user is told; times shown would mislead. */
  clockSkewMs: 5 * MINUTE_MS,

  // --- enrolment and devices ----------------------------------------------------------------------------------------
  /** Letters in an enrolment code: 12 of Crockford's base 32 = 60 bits, groups of four for reading aloud. */
  enrolCodeChars: 12,
  /** A code's life: long enough to walk to a desk, short enough for a code left in a chat. */
  enrolCodeLifeMs: 15 * MINUTE_MS,
  /** Wrong codes per address in the window below; with 60-bit codes guessing is hopeless long before. */
  enrolTriesPerWindow: 10,
  enrolWindowMs: MINUTE_MS,
  /** Codes open for one user at once, so that an operator's script cannot flood the table. */
  enrolCodesPerUser: 5,
  deviceNameChars: 80,
  /** Offline reading from the last contact, in hours, until policy says otherwise (a long weekend). */
  leaseHours: 72,

  // --- names ----------------------------------------------------------------------------------------------------------
  userNameChars: 128,
  displayNameChars: 128,
  attributeChars: 128,
  conversationNameChars: 80,
  topicChars: 250,
  membersPerCall: 1000,
  reasonChars: 500,
  /** UTF-16 units in a file's name: the longest that common file systems take. */
  fileNameChars: 255,
  /** Files of one message: a folder's worth of scans, not an archive. */
  filesPerMessage: 20,
  /** One file: 2 GiB, what people expect from Slack and Teams. */
  fileBytes: 2 * 1024 * 1024 * 1024,

  // --- local store and bridge -------------------------------------------------------------------------------------------
  /** Largest page the renderer may ask for: three screens of the densest layout. */
  pageMessages: 200,
  /** Messages waiting in the outbox: past this the desktop refuses rather than grow without bound. */
  outboxMessages: 1000,
  /** Days a message stays cached where policy does not say: a year and a day covers an annual audit. */
  cacheDays: 366,
  /** Messages cached at most, whatever policy says: ~0.5 GB sealed and ~170 MB of search index in memory. */
  cacheMaxMessages: 1_000_000,
  /** Events sealed under one data key: so few that what remains of them is sealed anew in ~5 ms when some are evicted. */
  segmentEvents: 512,
  /** How often the bounds of the cache are enforced besides at start and on a change of policy. */
  evictEveryMs: HOUR_MS,
  /** By number, events leave oldest first across conversations, but for this much: fewer and larger steps. */
  evictSlackMs: 24 * HOUR_MS,
  /** How long a damaged cache that was set aside is kept for support. */
  quarantineMs: 14 * 24 * HOUR_MS,
  /** Characters of an unfinished message kept for later: as long as a message may be. */
  draftChars: 16_000,
  /** Messages in one search shard: small enough to pack and seal in ~0.1 s of a worker's time, large enough that a million are 50 shards. */
  shardMessages: 20_000,
  /** Quiet time after which the open search shard is sealed too, so that a crash costs little re-indexing. */
  shardSealAfterMs: 10 * SECOND_MS,
  /** …but a shard (~2 MB) is written no more often than this while messages trickle in. */
  shardSealAtMostMs: 5 * MINUTE_MS,
  /** After a removal sooner: what is gone must be gone from the disk. */
  shardSealAfterRemovalMs: SECOND_MS,
  /** A full disk is seen to by people, not by trying often. */
  shardSealRetryMs: MINUTE_MS,
  /** Time search is given to seal what is not sealed when it closes: what is left is indexed again. */
  searchCloseMs: SECOND_MS,
  /** Times a search worker that has died is started again: a fault that comes back is not a chance one. */
  searchRestarts: 3,
  /** Shortest passphrase of the app lock: Argon2id and the growing pause carry the rest. */
  passphraseCharsLeast: 6,
  passphraseChars: 256,
  /** Wrong passphrases before the first pause, which then doubles up to the most. */
  unlockTriesFree: 3,
  unlockPauseFirstMs: 2 * SECOND_MS,
  unlockPauseMostMs: 15 * MINUTE_MS,
  /** The renderer reports use of keyboard and pointer no more often than this. */
  activityEveryMs: 15 * SECOND_MS,
  /** Idle time before the app locks, until user or policy say otherwise, in minutes. */
  lockAfterMinutes: 15,
  /** The longest that may be set: half a working day; beyond it a lock is none. */
  lockAfterMinutesMost: 240,
  /** Argon2id over a passphrase (RFC 9106 §4, second choice): passes, and memory in KiB; ~0.3 s on an office desktop. */
  argon2Passes: 3,
  argon2MemoryKiB: 64 * 1024,
  /** Characters of a search text; longer input is no search. */
  searchChars: 200,
  /** Hits in one page of search results. */
  searchPage: 30,
  /** Arguments of one bridge call, serialised: a longest message with room. */
  bridgeCallBytes: 256 * 1024,
  /** Bridge calls under way at once from one renderer: a hostile page cannot queue without bound. */
  bridgeCallsInFlight: 64,
  /** Smallest pause between two change events to the renderer, so that a catch-up does not flood it. */
  changeEventMs: 50,
  /** Nonces drawn from the operating system at a time (24 B each): one call per ~680 records. */
  noncePoolBytes: 16_384,

  // --- wipe -----------------------------------------------------------------------------------------------------------
  /** First delay before a receipt is delivered again, doubling to the next figure. */
  receiptRetryFirstMs: SECOND_MS,
  receiptRetryMostMs: MINUTE_MS,
  /** A receipt as compact JWS. */
  receiptBytes: 8 * 1024,
  /** A wipe order as compact JWS. */
  orderBytes: 8 * 1024,

  // --- admin CLI ------------------------------------------------------------------------------------------------------
  /** One request of the CLI: creating ten thousand things is many requests, none of which takes this long. */
  adminRequestMs: 30 * SECOND_MS,
  /** One answer to the CLI: a list of 100 000 devices stays below it. */
  adminAnswerBytes: 64 * 1024 * 1024,
  /** A token file: larger is not a token. */
  adminTokenBytes: 4 * 1024,
  /** A file of keys or of a wipe given to `wipes verify`. */
  adminFileBytes: 16 * 1024 * 1024,

  // --- server -----------------------------------------------------------------------------------------------------------
  /** One HTTP request body of the admin API. */
  httpBodyBytes: 1024 * 1024,
  /** Appends gathered into one transaction: bounds how long a commit holds the event loop. */
  groupCommitEvents: 512,
  /** Server-side silence before a connection is dropped: two missed client heartbeats and a half. */
  serverSilenceMs: 65 * SECOND_MS,
  /** Unsent bytes at which a connection's requests wait: two of the largest pages may be under way. */
  pausedAboveBytes: 1024 * 1024,
  /** How often a server looks at the deadlines of its connections: one timer for all. */
  sweepMs: SECOND_MS,
  /** From `bye` to cutting the line of a peer that does not close its side. */
  byeMs: 2 * SECOND_MS,
  /** From the first byte of an HTTP request to its last: the largest body on a poor line. */
  httpRequestMs: 30 * SECOND_MS,
  /** How long an expired code still answers "expired" or "used" instead of "unknown". */
  codeRememberedMs: 7 * 24 * HOUR_MS,
  /** What a client is told to wait after a commit failed: the operator needs minutes, a full buffer a moment. */
  commitRetryMs: 5 * SECOND_MS,
  /** From accepting a socket to a valid `auth`. */
  authMs: 10 * SECOND_MS,
  /** Time given to open connections and requests at shutdown. */
  shutdownMs: 3 * SECOND_MS,
} as const

export const times = { SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS: 24 * HOUR_MS } as const
