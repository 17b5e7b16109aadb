// Owns our own cache as the benchmark `store` drives it: the sealed store, and search with its worker.
// Always holds: the calls are the app's own, in the app's order; the page after comes when the one before is durable.

import { join } from 'node:path'
import { createSearch, type Search } from '../main/search/search.ts'
import { storeFailure } from '../main/store/failures.ts'
import { openStore, type Store } from '../main/store/store.ts'
import type { Live } from '../main/store/view.ts'
import { createCipher } from '../main/vault/cipher.ts'
import { silentLog } from '../testing/desktop.ts'
import type { Contender } from './contender.ts'
import type { SampleCache } from './sample-messages.ts'

const POLL_MS = 2
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Our cache in `dir`, made ready for the conversations of `sample`. */
export async function sealedContender(dir: string, indexed: boolean, sample: SampleCache): Promise<Contender> {
  const cipher = await createCipher()
  const rootKey = cipher.newKey()
  const idOf = (of: number) => {
    const id = sample.conversations[of]?.conversationId
    if (!id) throw new Error('conversation')
    return id
  }
  let store = open()
  store.applyDirectory(sample.people, '1')
  store.applyAccess(sample.conversations, [], '1')
  let search = startSearch()
  await search?.indexed

  function open(): Store {
    const opened = openStore({ file: join(dir, 'store', 'cache.db'), cipher, rootKey, self: sample.self })
    if (!opened.ok) throw new Error(opened.error.code)
    return opened.value
  }
  function startSearch(): Search | undefined {
    if (!indexed) return undefined
    return createSearch({ store, dir: join(dir, 'store', 'shards'), log: silentLog, storeFailure })
  }
  const nothingSent: Live = { sending: new Set(), transferOf: () => undefined }

  return {
    ingest({ of, events }) {
      store.applyEvents(idOf(of), events)
      search?.add(idOf(of), events)
    },
    async settle() {
      while (search && search.progress().done < search.progress().total) await pause(POLL_MS)
      // Closing writes the shards that are not sealed yet.
      await search?.close()
      search = undefined
    },
    async reopen() {
      await search?.close()
      store.close()
      const from = performance.now()
      store = open()
      store.readPage(idOf(0), undefined, 1, nothingSent)
      const openMs = performance.now() - from
      search = startSearch()
      await search?.indexed
      return { openMs, searchableMs: performance.now() - from }
    },
    message(of, seq) {
      const slot = store.slotOf(idOf(of))
      return (slot !== undefined && store.message(slot, seq)?.text) || ''
    },
    page(of, before, limit) {
      const page = store.readPage(idOf(of), before, limit, nothingSent)
      return page.ok ? page.value.messages.length : 0
    },
    async find(text) {
      const found = await search?.find(text, undefined, undefined)
      return found?.ok ? found.value.hits.length : 0
    },
    async close() {
      await search?.close()
      store.close()
    },
  }
}
