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

/**
 * Orders, of which a wipe is one device; sign-outs; who works over the admin API, and what hears of it. Every wipe of before
 * was an order of its own: what it said stands in its signed document, which `jws_payload` reads (sqlite.ts).
 */
const fourth = `
ALTER TABLE users ADD COLUMN roles TEXT NOT NULL DEFAULT '[]' CHECK (json_type(roles) = 'array');
ALTER TABLE conversations ADD COLUMN withdrawn_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE acts ADD COLUMN actor TEXT NOT NULL DEFAULT '';
ALTER TABLE acts ADD COLUMN actor_id TEXT NOT NULL DEFAULT '';
CREATE INDEX acts_by_subject ON acts (subject, position);

CREATE TABLE devices_anew (
  device_id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users,
  public_key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  platform TEXT NOT NULL,
  client_version TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('active', 'wipe-pending', 'wiped', 'signed-out', 'revoked')),
  enrolled_at_ms INTEGER NOT NULL,
  last_seen_at_ms INTEGER,
  lease_until_ms INTEGER,
  order_counter INTEGER NOT NULL,
  cache_bytes INTEGER CHECK (cache_bytes >= 0)
) STRICT;
INSERT INTO devices_anew SELECT *, NULL FROM devices ORDER BY rowid;
DROP TABLE devices;
ALTER TABLE devices_anew RENAME TO devices;
CREATE INDEX devices_by_user ON devices (user_id);

CREATE TABLE orders (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  order_id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('wipe', 'sign-out')),
  state TEXT NOT NULL CHECK (state IN ('awaiting-approval', 'issued', 'rejected', 'lapsed')),
  target TEXT NOT NULL CHECK (json_type(target) = 'object'),
  reason TEXT NOT NULL,
  ordered_by TEXT NOT NULL,
  ordered_by_id TEXT NOT NULL,
  ordered_at_ms INTEGER NOT NULL,
  lapses_at_ms INTEGER,
  decided_by TEXT,
  decided_by_id TEXT,
  decided_at_ms INTEGER,
  devices INTEGER NOT NULL
) STRICT;
CREATE INDEX orders_awaiting ON orders (lapses_at_ms) WHERE state = 'awaiting-approval';

CREATE TABLE order_devices (
  order_id TEXT NOT NULL REFERENCES orders (order_id),
  place INTEGER NOT NULL,
  device_id TEXT NOT NULL REFERENCES devices,
  PRIMARY KEY (order_id, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE wipes_anew (
  wipe_id TEXT PRIMARY KEY,
  order_id TEXT NOT NULL REFERENCES orders (order_id),
  device_id TEXT NOT NULL REFERENCES devices,
  status TEXT NOT NULL CHECK (status IN ('pending', 'delivered', 'done', 'failed')),
  conversation_ids TEXT CHECK (json_type(conversation_ids) = 'array'),
  order_jws TEXT,
  counter INTEGER NOT NULL,
  expires_at_ms INTEGER,
  receipt_jws TEXT,
  countersignature_jws TEXT,
  issued_at_ms INTEGER NOT NULL,
  delivered_at_ms INTEGER,
  done_at_ms INTEGER
) STRICT;
INSERT INTO orders (order_id, kind, state, target, reason, ordered_by, ordered_by_id, ordered_at_ms, devices)
  SELECT 'ord_' || substr(wipe_id, 5), 'wipe', 'issued',
    json_object('type', 'devices', 'deviceIds', json_array(device_id)), json_extract(said, '$.reason'),
    json_extract(said, '$.issuedBy'), 'root', issued_at_ms, 1
  FROM (SELECT *, rowid AS place, jws_payload(order_jws) AS said FROM wipes) ORDER BY place;
INSERT INTO order_devices SELECT 'ord_' || substr(wipe_id, 5), 0, device_id FROM wipes;
INSERT INTO wipes_anew (wipe_id, order_id, device_id, status, order_jws, counter, receipt_jws, issued_at_ms,
    delivered_at_ms, done_at_ms)
  SELECT wipe_id, 'ord_' || substr(wipe_id, 5), device_id, status, order_jws,
    json_extract(jws_payload(order_jws), '$.counter'), receipt_jws, issued_at_ms, delivered_at_ms, done_at_ms
  FROM wipes ORDER BY rowid;
DROP TABLE wipes;
ALTER TABLE wipes_anew RENAME TO wipes;
CREATE UNIQUE INDEX wipes_open ON wipes (device_id)
  WHERE status IN ('pending', 'delivered') AND conversation_ids IS NULL;
CREATE INDEX wipes_open_conversations ON wipes (device_id)
  WHERE status IN ('pending', 'delivered') AND conversation_ids IS NOT NULL;
CREATE INDEX wipes_by_device ON wipes (device_id);
CREATE UNIQUE INDEX wipes_by_order ON wipes (order_id, device_id);
CREATE INDEX wipes_by_state ON wipes (order_id, status);
CREATE INDEX wipes_unsigned ON wipes (issued_at_ms) WHERE order_jws IS NULL;

CREATE TABLE sign_outs (
  order_id TEXT NOT NULL REFERENCES orders (order_id),
  device_id TEXT NOT NULL REFERENCES devices,
  status TEXT NOT NULL CHECK (status IN ('pending', 'delivered')),
  order_jws TEXT,
  counter INTEGER NOT NULL,
  expires_at_ms INTEGER,
  issued_at_ms INTEGER NOT NULL,
  delivered_at_ms INTEGER,
  ended_at_ms INTEGER,
  ended_by TEXT CHECK (ended_by IN ('signed-in', 'wipe')),
  PRIMARY KEY (order_id, device_id)
) STRICT;
CREATE UNIQUE INDEX sign_outs_open ON sign_outs (device_id) WHERE ended_at_ms IS NULL;
CREATE INDEX sign_outs_by_device ON sign_outs (device_id);
CREATE INDEX sign_outs_by_state ON sign_outs (order_id, status);
CREATE INDEX sign_outs_unsigned ON sign_outs (issued_at_ms) WHERE order_jws IS NULL AND ended_at_ms IS NULL;

CREATE TABLE idempotency (
  identity TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  answer TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (identity, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_time ON idempotency (at_ms);

CREATE TABLE operators (
  operator_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  token_hash BLOB NOT NULL UNIQUE,
  user_id TEXT REFERENCES users,
  created_at_ms INTEGER NOT NULL,
  revoked_at_ms INTEGER
) STRICT;

CREATE TABLE webhooks (
  webhook_id TEXT PRIMARY KEY,
  url TEXT NOT NULL,
  events TEXT NOT NULL CHECK (json_type(events) = 'array'),
  sealed_secret BLOB NOT NULL,
  created_at_ms INTEGER NOT NULL,
  last_delivered_at_ms INTEGER,
  last_failure TEXT
) STRICT;

CREATE TABLE webhook_deliveries (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  webhook_id TEXT NOT NULL REFERENCES webhooks,
  message_id TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  next_at_ms INTEGER
) STRICT;
CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook_id, next_at_ms);
CREATE INDEX webhook_deliveries_given_up ON webhook_deliveries (created_at_ms) WHERE next_at_ms IS NULL;
`

/** Step n brings a database from version n to n + 1. Foreign keys are off meanwhile, and hold again after each step. */
export const migrations: readonly string[] = [first, second, third, fourth]
