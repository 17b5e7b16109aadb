// Owns the SQL of files: those on their way, those that are here, who has handed them in and which messages have them.
// Always holds: NULL stays below these files (sqlite-*.ts); nothing here begins or ends a transaction.

import type Database from 'better-sqlite3'
import type { FileRow, StoreTx, UploadRow } from './port.ts'

const uploadColumns = `user_id AS userId, sha256, bytes, folder, sealed_key AS sealedKey, touched_at_ms AS touchedAtMs`

type FileStatements = Pick<
  StoreTx,
  | 'upload'
  | 'uploadsOf'
  | 'uploadsBefore'
  | 'putUpload'
  | 'dropUpload'
  | 'file'
  | 'insertFile'
  | 'holdsFile'
  | 'addHolder'
  | 'fileIn'
  | 'seesFile'
  | 'addFileRef'
  | 'dropFileRefs'
>

/** Prepares the statements of files on an open, migrated database. */
export function createFileStatements(database: Database.Database): FileStatements {
  const one = <Row>(sql: string) => database.prepare<unknown[], Row>(sql)
  const run = (sql: string) => database.prepare(sql)

  const upload = one<UploadRow>(`SELECT ${uploadColumns} FROM uploads WHERE user_id = ? AND sha256 = ?`)
  const uploadsOf = one<UploadRow>(
    `SELECT ${uploadColumns} FROM uploads WHERE user_id = ? ORDER BY touched_at_ms DESC, sha256`,
  )
  const uploadsBefore = one<UploadRow>(
    `SELECT ${uploadColumns} FROM uploads WHERE touched_at_ms < ? ORDER BY touched_at_ms, user_id, sha256`,
  )
  const putUpload = run(
    `INSERT INTO uploads VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (user_id, sha256) DO UPDATE
     SET bytes = excluded.bytes, folder = excluded.folder, sealed_key = excluded.sealed_key,
     touched_at_ms = excluded.touched_at_ms`,
  )
  const dropUpload = run('DELETE FROM uploads WHERE user_id = ? AND sha256 = ?')

  const file = one<FileRow>(
    `SELECT sha256, bytes, folder, sealed_key AS sealedKey, created_at_ms AS createdAtMs FROM files WHERE sha256 = ?`,
  )
  const insertFile = run('INSERT INTO files VALUES (?, ?, ?, ?, ?)')
  const holdsFile = one('SELECT 1 FROM file_holders WHERE user_id = ? AND sha256 = ?')
  const addHolder = run('INSERT INTO file_holders VALUES (?, ?) ON CONFLICT DO NOTHING')
  const fileIn = one('SELECT 1 FROM file_refs WHERE sha256 = ? AND conversation_id = ? AND seq = ?')
  const seesFile = one(
    `SELECT 1 FROM file_refs r JOIN memberships m USING (conversation_id) JOIN conversations c USING (conversation_id)
     WHERE r.sha256 = ? AND m.user_id = ? AND m.active = 1 AND r.seq > c.withdrawn_seq LIMIT 1`,
  )
  const addFileRef = run('INSERT INTO file_refs VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
  const dropFileRefs = run('DELETE FROM file_refs WHERE conversation_id = ? AND seq = ?')

  return {
    upload: (userId, sha256) => upload.get(userId, sha256),
    uploadsOf: (userId) => uploadsOf.all(userId),
    uploadsBefore: (touchedMs) => uploadsBefore.all(touchedMs),
    putUpload: (row) =>
      void putUpload.run(row.userId, row.sha256, row.bytes, row.folder, row.sealedKey, row.touchedAtMs),
    dropUpload: (userId, sha256) => void dropUpload.run(userId, sha256),
    file: (sha256) => file.get(sha256),
    insertFile: (row) => void insertFile.run(row.sha256, row.bytes, row.folder, row.sealedKey, row.createdAtMs),
    holdsFile: (userId, sha256) => holdsFile.get(userId, sha256) !== undefined,
    addHolder: (userId, sha256) => void addHolder.run(userId, sha256),
    fileIn: (sha256, conversationId, seq) => fileIn.get(sha256, conversationId, seq) !== undefined,
    seesFile: (userId, sha256) => seesFile.get(sha256, userId) !== undefined,
    addFileRef: (sha256, conversationId, seq) => void addFileRef.run(sha256, conversationId, seq),
    dropFileRefs: (conversationId, seq) => void dropFileRefs.run(conversationId, seq),
  }
}
