// Owns bringing the demo's workspace into a server: people and who of them is of IT, then the bytes of their files, then
// what they wrote.
// Always holds: running it again repeats nothing and finishes what was interrupted. For demos and tests only.

import { ok, type Result } from '../../shared/result.ts'
import type { Imported } from '../conversations/import.ts'
import type { Server } from '../server.ts'
import { demoFile } from './files/files.ts'
import type { Demo } from './history.ts'
import { itPeople } from './people.ts'

/** Failures: as of importHistory, setRoles and adoptFile. */
export async function bringDemo(
  server: Pick<Server, 'admin' | 'adoptFile' | 'importHistory'>,
  { people, conversations }: Demo,
): Promise<Result<Imported>> {
  const settled = server.importHistory({ people, conversations: [] })
  if (!settled.ok) return settled
  for (const userName of itPeople) {
    const given = server.admin.setRoles({ userName, roles: ['it'] })
    if (!given.ok) return given
  }
  for (const { messages } of conversations) {
    for (const { by, files = [] } of messages) {
      for (const { name } of files) {
        const adopted = await server.adoptFile(by, demoFile(name).bytes)
        if (!adopted.ok) return adopted
      }
    }
  }
  const brought = server.importHistory({ people: [], conversations })
  return brought.ok ? ok({ ...brought.value, people: settled.value.people }) : brought
}
