// Owns every limit of the product, each with its unit in the name and its reason beside it.
// Always holds: a number that bounds input, memory, time or retries stands here and nowhere else.

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

export const limits = {
  // --- wire -------------------------------------------------------------------------------------------------------
  /** One WebSocket frame to a client. The server cuts a page at half of it; more is hostile. */
  frameBytes: 4 * 1024 * 1024,
  /** One frame from a client: a longest message with the likenesses of its files; a client never has reason to send more. */
  clientFrameBytes: 256 * 1024,
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
  /** …and while the conversation in view is behind: it, and one more. */
  pullsBesideView: 2,
  /** Sends a client keeps unacknowledged; order is kept by the server handling one connection's frames in turn. */
  sendsInFlight: 16,
  /** Bytes a server holds unsent for one connection before it is closed with `too-slow`: it then catches up. */
  outboundBufferBytes: 8 * 1024 * 1024,
  /** Sends per device in a burst, and the steady rate after it: fast typing and pasted lists pass, scripts do not. */
  sendBurst: 200,
  sendsPerSecond: 20,
  /** The same for all devices of one person together. */
  userSendBurst: 400,
  userSendsPerSecond: 40,
  /** Requests (create, join, browse, uploads …) per device in a burst, and steadily: a person clicks no faster. */
  requestBurst: 60,
  requestsPerSecond: 10,
  /** Frames of any kind per device in a burst, and steadily, before it is told `rate-limited` and closed: a catch-up pulls ~100/s. */
  frameBurst: 2000,
  framesPerSecond: 400,
  /** People whose presence a device watches at once: those in view and in the list. */
  watchedPeople: 300,
  /** Members up to which typing and read positions are told: beyond it nobody looks, and the cost grows with the square. */
  livelyMembers: 200,
  /** A client says that its user types no more often than this… */
  typingEveryMs: 3 * SECOND_MS,
  /** …and a typing mark that is not renewed is taken off after this. */
  typingShownMs: 6 * SECOND_MS,
  /** How often changes of presence and read positions are told: a burst becomes one frame. */
  presenceEveryMs: SECOND_MS,
  /** Notifications that come within this time of one are gathered into the next. */
  noticePauseMs: 2 * SECOND_MS,
  /** Without keyboard or pointer for this long, a person counts as away. */
  awayAfterMs: 5 * MINUTE_MS,
  /** How long a client waits for the answer to a request before it counts as failed. */
  requestMs: 10 * SECOND_MS,
  /** Conversations in one page of browsing, and people in one list of readers. */
  browsePage: 50,
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
  /** How far the clock may move, and how much may be read, before the lease is written again. */
  leaseWriteMs: 10 * MINUTE_MS,
  /** What is charged beforehand: twice that, as timers are late. A kill while offline costs as much of the term. */
  leasePrepaidMs: 20 * MINUTE_MS,
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
  /** Mentions in one message: a whole team by name. */
  mentionsPerMessage: 50,
  /** UTF-16 units of one emoji: the longest of Unicode's set (a family, a flag of a region) have 14. */
  emojiChars: 32,
  /** Different emoji on one message: a row or two. */
  emojiPerMessage: 20,
  /** Base64 characters of a picture's likeness: ~4.5 kB, twenty of which fit a frame. */
  thumbnailChars: 6000,
  /** Members of a group: beyond it a channel serves better. */
  groupMembers: 250,
  /** Members named in one `invite` or `create` from a client. */
  membersPerRequest: 250,
  /** Files of one message: a folder's worth of scans, not an archive. */
  filesPerMessage: 20,
  /** One file: 2 GiB, what people expect from Slack and Teams. */
  fileBytes: 2 * 1024 * 1024 * 1024,

  // --- files ------------------------------------------------------------------------------------------------------------
  /** A file is sealed, sent and resumed in parts of this size: a second on a poor line, 512 of them in the largest file. */
  filePartBytes: 4 * 1024 * 1024,
  /** Plain bytes in one chunk of a sealed part (secretstream): small beside a part, large beside its 17 bytes of overhead. */
  fileChunkBytes: 64 * 1024,
  /** Life of a permission to send or fetch a file: one part takes seconds; it is renewed by asking again. */
  filePermitMs: 15 * MINUTE_MS,
  /** One part sent or fetched over HTTP, on a line of 40 kB/s. */
  filePartMs: 2 * MINUTE_MS,
  /** Unfinished uploads that a server keeps for one person, and how long after their last part. */
  uploadsPerUser: 20,
  uploadKeptMs: 7 * 24 * HOUR_MS,
  /** First and longest pause before a broken transfer is tried again. */
  transferRetryFirstMs: SECOND_MS,
  transferRetryMostMs: MINUTE_MS,
  /** File parts under way at once: of one device, and of all. Each holds a chunk or two in memory. */
  filePartsPerDevice: 8,
  filePartsAtOnce: 256,
  /** How often a server looks for uploads that have been given up. */
  uploadSweepMs: HOUR_MS,
  /** What a client is told to wait where too many parts are under way. */
  filePartRetryMs: SECOND_MS,
  /** Transfers of one direction that move at once: small files get past a large one, and a line is full with them. */
  transfersAtOnce: 3,
  /** Progress is told no more often than this: whoever hears it reads a page of messages again. */
  transferProgressMs: 250,
  /** A file that arrived changed is sent anew this often: a bad line passes, a bad disk does not. */
  uploadMismatches: 2,
  /** A window that hands no slice over for this long has been reloaded, or has forgotten the file. */
  fileSliceSilenceMs: 2 * MINUTE_MS,
  /** Without a further slice for this long, a file that is read is closed. */
  fileReadIdleMs: 5 * SECOND_MS,
  /** How exactly it is known when a file was last used: a preview reads a file a hundred times. */
  fileUseNotedMs: MINUTE_MS,
  /** An opened copy that another program holds (on Windows) is tried again. */
  openedFileRetryMs: MINUTE_MS,
  /** Time given to remove opened copies when the app locks or ends; what is left goes at the next start. */
  filesCloseMs: 1500,
  /** Time given to the files worker to zero its keys: one part is sealed meanwhile. */
  fileWorkerEndMs: 50,
  /** Overwritten of each opened copy; the rest is cut off: quitting must not wait for gigabytes. */
  shreddedBytes: 32 * 1024 * 1024,
  /** A name on disk: short enough for a profile deep in a folder tree of Windows (260 units a path)… */
  savedNameChars: 120,
  /** …and for the 255 bytes of ext4 and APFS. */
  savedNameBytes: 240,
  /** Files attached and not yet sent, in all drafts together. */
  stagedFiles: 100,
  /** Raw bytes in one bridge call that hands file contents over (base64 makes them a third longer). */
  fileSliceBytes: 180 * 1024,
  /** Largest picture shown in the window, and largest PDF: beyond it the program for it does better. */
  previewBytes: 32 * 1024 * 1024,
  /** Characters of a text file that a preview shows. */
  previewTextChars: 64 * 1024,
  /** How long a file opened with another program stays outside the seal, at most: until the app locks or ends, or this. */
  openedFileMs: 8 * HOUR_MS,
  /** Sealed bytes of files kept on a desktop; the least recently used leave first. */
  fileCacheBytes: 8 * 1024 * 1024 * 1024,
  /** Free space left on a disk when a file is to be kept there: systems misbehave below it. */
  diskReserveBytes: 512 * 1024 * 1024,

  // --- local store and bridge -------------------------------------------------------------------------------------------
  /** Largest page the renderer may ask for: three screens of the densest layout. */
  pageMessages: 200,
  /** Events looked through for one page of messages: notices, edits and replies between them are not shown. */
  pageLookback: 2000,
  /** Events fetched for a jump far back: ~5 s on an office line; beyond it one reads on from where it led. */
  jumpEvents: 20_000,
  /** Replies of one thread that are shown, the newest. */
  threadReplies: 1000,
  /** Characters of a message that are shown where it is quoted. */
  quoteChars: 300,
  /** Files shown in pages whose place is remembered: several screens of every conversation one works with. */
  filePlaces: 5000,
  /** Other people's read positions kept for a conversation, the newest: as many as are told. */
  readersKept: 200,
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
  /** A wipe order as compact JWS: a hundred conversations, and a long reason in any script. */
  orderBytes: 8 * 1024,
  /** Conversations wiped by one order. */
  conversationsPerOrder: 100,
  /** Wipes of single conversations that a device is handed at once: each is a document; the rest follow. */
  ordersAtOnce: 20,
  /** Devices named one by one in an order; more are named by a filter. */
  devicesPerOrder: 1000,
  /** An order for more devices than this needs a second person, until the organisation says otherwise; and the most it may say. */
  approvalAbove: 5,
  approvalAboveMost: 100_000,
  /** How long an order waits for its second person: a working day and a night. */
  approvalMs: 24 * HOUR_MS,
  /** How long an order holds, in days; a device that comes later is handed it signed anew. */
  orderDays: 30,
  /** An order that ends sooner than this is signed anew before it is handed out. */
  orderRenewMs: 24 * HOUR_MS,
  /** Not heard of for this long, a device counts as silent: nobody should wait for its receipt. */
  deviceSilentMs: 30 * 24 * HOUR_MS,
  /** Devices shown of a dry run. */
  dryRunSample: 50,
  /** Rows in one page of the fleet, ~60 kB; and orders in one page of them. */
  fleetPage: 200,
  ordersPage: 50,
  /** Entries of a device's timeline, the newest. */
  timelineEntries: 200,
  /** Characters of an idempotency key, and how long its answer is remembered: a script retries for minutes, a queue for a day. */
  idempotencyKeyChars: 128,
  idempotencyKeptMs: 24 * HOUR_MS,
  /** How often IT's windows are told that the fleet has changed. */
  fleetTellMs: SECOND_MS,
  /** A device tells the size of its cache no more often than this, and only where it has changed by a tenth. */
  reportEveryMs: 15 * MINUTE_MS,
  /** Operators with tokens of their own; more is a directory's work. */
  operators: 100,
  /** Addresses that hear of changes; characters of one. */
  webhooks: 20,
  webhookUrlChars: 2048,
  /** One delivery, and pauses before it is tried again, doubling: ~3 days in all, as Standard Webhooks advises. */
  webhookMs: 15 * SECOND_MS,
  webhookRetryFirstMs: 5 * SECOND_MS,
  webhookRetryMostMs: 10 * HOUR_MS,
  webhookTries: 20,
  /** Deliveries under way at once. */
  webhooksAtOnce: 4,
  /** Orders for no more devices than this are signed in the transaction that issues them, others in slices: ~10 ms of signing. */
  signedAtOnce: 100,
  signedPerSlice: 64,
  /** From so many on, all devices are read rather than each of them. */
  manyDevices: 200,
  /** How long deliveries that were given up are counted: a month, in which somebody looks at the list. */
  givenUpKeptMs: 30 * 24 * HOUR_MS,
  /** Lines of the record of acts in one answer, at most; where none is asked for; and shown as the newest: a screenful. */
  actsAtMost: 1000,
  actsPage: 200,
  actsNewest: 50,
  /** Desktops named in the question that is asked outside the window, and characters of a name in it. */
  namedInQuestion: 5,
  nameInQuestionChars: 60,
  /** Drawing a document of a page or two: a cold start of a browser on a busy machine takes seconds. */
  printMs: MINUTE_MS,
  /** Pauses of `--wait`, growing by half: a connected desktop is done within two seconds, another within days. */
  waitPauseFirstMs: 500,
  waitPauseMostMs: 10 * SECOND_MS,
  /** Seconds that `--wait` waits unless told, and at most: a person's patience, and a week. */
  waitSeconds: 600,
  waitSecondsMost: 7 * 24 * 3600,
  /** How far the clock may have been looked at after a profile says it was last in use: beyond it the profile is an older copy. */
  witnessSlackMs: 10 * MINUTE_MS,

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
