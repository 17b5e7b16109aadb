-- Generated from migrations.ts; `CAUSEWAY_UPDATE=1 vitest run main/store/migrations.test.ts` writes it.

CREATE TABLE amendment (id INTEGER PRIMARY KEY, version INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT;
CREATE TABLE conversation (
  slot INTEGER PRIMARY KEY,
  key_id INTEGER NOT NULL REFERENCES keyring (key_id),
  version INTEGER NOT NULL,
  sealed BLOB NOT NULL
) STRICT;
CREATE TABLE event (id INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
CREATE TABLE file (
  file_slot INTEGER PRIMARY KEY,
  key_id INTEGER NOT NULL REFERENCES keyring (key_id),
  version INTEGER NOT NULL,
  sealed BLOB NOT NULL
) STRICT;
CREATE TABLE keyring (key_id INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
CREATE TABLE outbox (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  slot INTEGER NOT NULL REFERENCES conversation (slot),
  version INTEGER NOT NULL,
  sealed BLOB NOT NULL
) STRICT;
CREATE TABLE person (slot INTEGER PRIMARY KEY, version INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT;
CREATE TABLE segment (
  id INTEGER PRIMARY KEY,
  key_id INTEGER NOT NULL REFERENCES keyring (key_id)
) STRICT;
CREATE TABLE shard (
  shard_id INTEGER PRIMARY KEY,
  key_id INTEGER NOT NULL REFERENCES keyring (key_id),
  sealed BLOB NOT NULL
) STRICT;
CREATE TABLE state (name TEXT PRIMARY KEY, version INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT;
