// Owns asking what a file is, once it is here, for the part of the window that shows it.

import { useEffect, useState } from 'react'
import type { FailureView, FileView } from '../../shared/bridge.ts'
import { useActions, useWorkspace } from '../app/workspace-context.ts'
import type { Inspection } from '../state/files.ts'

export type Inspected = { readonly inspection: Inspection } | { readonly failure: FailureView } | undefined

/** True where the bytes are on this desktop: of one's own that has not left (`isSent` is false), while it is sent too. */
export function isAtHand({ transfer }: FileView, isSent: boolean): boolean {
  if (transfer?.state === 'here') return true
  return !isSent && (transfer?.state === 'uploading' || transfer?.state === 'waiting')
}

/** What the bytes of `file` are; undefined until they are at hand and have been looked at. */
export function useInspection(file: FileView, isHere: boolean): Inspected {
  const { inspectFile } = useActions()
  const mayTake = useWorkspace((state) => state.session?.may.takeFiles)
  const { fileId } = file
  const [inspected, setInspected] = useState<Inspected>()
  // biome-ignore lint/correctness/useExhaustiveDependencies: policy decides what may be done with the file.
  useEffect(() => {
    if (fileId === undefined || !isHere) return
    let isShown = true
    void inspectFile(fileId).then((answer) => {
      if (isShown) setInspected(answer.ok ? { inspection: answer.value } : { failure: answer.error })
    })
    return () => {
      isShown = false
      setInspected(undefined)
    }
  }, [fileId, inspectFile, isHere, mayTake])
  return inspected
}
