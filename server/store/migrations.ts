// Owns the schema of the server's database as a list of steps; `user_version` says how many have been applied.
// Always holds: a published step is never edited, only followed by another; each step runs in one transaction.

const first = `
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE revisions (
  feed TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
  user_id TEXT PRIMARY KEY,
  user_name TEXT NOT NULL,
  folded_name TEXT NOT NULL UNIQUE,
  display_name TEXT NOT NULL,
  department TEXT,
  title TEXT,
  manager_id TEXT REFERENCES users,
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  revision INTEGER NOT NULL UNIQUE
) STRICT;

CREATE TABLE devices (
  device_id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users,
  public_key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  platform TEXT NOT NULL,
  client_version TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('active', 'wipe-pending', 'wiped', 'revoked')),
  enrolled_at_ms INTEGER NOT NULL,
  last_seen_at_ms INTEGER,
  lease_until_ms INTEGER,
  order_counter INTEGER NOT NULL
) STRICT;

CREATE TABLE enrolment_codes (
  code_hash BLOB PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users,
  created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  used_at_ms INTEGER,
  device_id TEXT REFERENCES devices
) STRICT, WITHOUT ROWID;
CREATE INDEX enrolment_codes_by_user ON enrolment_codes (user_id, expires_at_ms);

CREATE TABLE lease_shares (
  device_id TEXT PRIMARY KEY REFERENCES devices,
  generation INTEGER NOT NULL,
  sealed BLOB NOT NULL
) STRICT;

CREATE TABLE wipes (
  wipe_id TEXT PRIMARY KEY,
  device_id TEXT NOT NULL REFERENCES devices,
  status TEXT NOT NULL CHECK (status IN ('pending', 'delivered', 'done', 'failed')),
  order_jws TEXT NOT NULL,
  receipt_jws TEXT,
  issued_at_ms INTEGER NOT NULL,
  delivered_at_ms INTEGER,
  done_at_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX wipes_open ON wipes (device_id) WHERE status IN ('pending', 'delivered');

CREATE TABLE conversations (
  conversation_id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('channel', 'group', 'direct')),
  name TEXT NOT NULL,
  topic TEXT,
  space TEXT,
  labels TEXT,
  direct_key TEXT UNIQUE,
  created_at_ms INTEGER NOT NULL,
  sealed_key BLOB NOT NULL,
  revision INTEGER NOT NULL UNIQUE,
  head_seq INTEGER NOT NULL DEFAULT 0,
  head_at_ms INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE memberships (
  conversation_id TEXT NOT NULL REFERENCES conversations,
  user_id TEXT NOT NULL REFERENCES users,
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  revision INTEGER NOT NULL,
  PRIMARY KEY (conversation_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX memberships_by_user ON memberships (user_id);

CREATE TABLE reads (
  user_id TEXT NOT NULL REFERENCES users,
  conversation_id TEXT NOT NULL REFERENCES conversations,
  seq INTEGER NOT NULL,
  PRIMARY KEY (user_id, conversation_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  conversation_id TEXT NOT NULL REFERENCES conversations,
  seq INTEGER NOT NULL CHECK (seq >= 1),
  at_ms INTEGER NOT NULL,
  actor_id TEXT NOT NULL REFERENCES users,
  device_id TEXT REFERENCES devices,
  client_id TEXT,
  kind TEXT NOT NULL,
  sealed BLOB NOT NULL,
  UNIQUE (conversation_id, seq)
) STRICT;
CREATE UNIQUE INDEX events_by_sender ON events (device_id, client_id)
  WHERE device_id IS NOT NULL AND client_id IS NOT NULL;
CREATE TRIGGER events_never_change BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'the event log only grows'); END;
CREATE TRIGGER events_never_go BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'the event log only grows'); END;
`

/** What `edited` and `deleted` are about, and the record of what IT did. */
const second = `
ALTER TABLE events ADD COLUMN target_seq INTEGER CHECK (target_seq >= 1 AND target_seq < seq);
CREATE INDEX events_deleting ON events (conversation_id, target_seq) WHERE kind = 'deleted';

CREATE TABLE acts (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms INTEGER NOT NULL,
  act TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL CHECK (json_type(detail) = 'object')
) STRICT;
CREATE TRIGGER acts_never_change BEFORE UPDATE ON acts
BEGIN SELECT RAISE(ABORT, 'the record of acts only grows'); END;
CREATE TRIGGER acts_never_go BEFORE DELETE ON acts
BEGIN SELECT RAISE(ABORT, 'the record of acts only grows'); END;
`

/** Owners, open and archived conversations; what people set for one; emoji on messages; files. */
const third = `
ALTER TABLE conversations ADD COLUMN owner_id TEXT REFERENCES users;
ALTER TABLE conversations ADD COLUMN is_open INTEGER NOT NULL DEFAULT 0 CHECK (is_open IN (0, 1));
ALTER TABLE conversations ADD COLUMN archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1));
CREATE INDEX conversations_open ON conversations (conversation_id) WHERE is_open = 1 AND archived = 0;

CREATE INDEX reads_by_conversation ON reads (conversation_id);
CREATE INDEX events_editing ON events (conversation_id, target_seq, seq) WHERE kind = 'edited';

CREATE TABLE prefs (
  user_id TEXT NOT NULL REFERENCES users,
  conversation_id TEXT NOT NULL REFERENCES conversations,
  muted INTEGER NOT NULL CHECK (muted IN (0, 1)),
  pinned INTEGER NOT NULL CHECK (pinned IN (0, 1)),
  unread_from_seq INTEGER CHECK (unread_from_seq >= 1),
  PRIMARY KEY (user_id, conversation_id)
) STRICT, WITHOUT ROWID;

-- Which emoji it is stands sealed in the log; here is a keyed hash of it.
CREATE TABLE reactions (
  conversation_id TEXT NOT NULL REFERENCES conversations,
  target_seq INTEGER NOT NULL,
  tag TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES users,
  PRIMARY KEY (conversation_id, target_seq, tag, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE uploads (
  user_id TEXT NOT NULL REFERENCES users,
  sha256 TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  folder TEXT NOT NULL UNIQUE,
  sealed_key BLOB NOT NULL,
  touched_at_ms INTEGER NOT NULL,
  PRIMARY KEY (user_id, sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX uploads_by_time ON uploads (touched_at_ms);

CREATE TABLE files (
  sha256 TEXT PRIMARY KEY,
  bytes INTEGER NOT NULL,
  folder TEXT NOT NULL UNIQUE,
  sealed_key BLOB NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE file_holders (
  user_id TEXT NOT NULL REFERENCES users,
  sha256 TEXT NOT NULL REFERENCES files,
  PRIMARY KEY (user_id, sha256)
) STRICT, WITHOUT ROWID;

CREATE TABLE file_refs (
  sha256 TEXT NOT NULL REFERENCES files,
  conversation_id TEXT NOT NULL REFERENCES conversations,
  seq INTEGER NOT NULL,
  PRIMARY KEY (sha256, conversation_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX file_refs_by_message ON file_refs (conversation_id, seq);
`

/** Step n brings a database from version n to n + 1. */
export const migrations: readonly string[] = [first, second, third]
