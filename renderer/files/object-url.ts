// Owns addresses of bytes in memory, as pictures are shown by. Always holds: only blob: addresses, of pictures and nothing
// that runs; each is given back when nobody shows it any more.

import { useEffect, useMemo, useState } from 'react'
import type { Thumbnail } from '../../shared/model.ts'
import { fromBase64 } from './base64.ts'

/** What the window decodes; anything else gets no address. */
const shown: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp'])

/** The address of `blob` while the component shows it; undefined without one, and at first. */
export function useObjectUrl(blob: Blob | undefined): string | undefined {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    if (blob === undefined || !shown.has(blob.type)) return
    const made = URL.createObjectURL(blob)
    setUrl(made)
    return () => {
      setUrl(undefined)
      URL.revokeObjectURL(made)
    }
  }, [blob])
  return url
}

/** The address of a likeness. */
export function useLikeness(thumbnail: Thumbnail | undefined): string | undefined {
  const { data, mediaType } = thumbnail ?? {}
  const blob = useMemo(() => {
    const bytes = data === undefined ? undefined : fromBase64(data)
    return bytes && new Blob([bytes], { type: mediaType ?? '' })
  }, [data, mediaType])
  return useObjectUrl(blob)
}
