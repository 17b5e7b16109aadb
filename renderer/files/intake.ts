// Owns what a drop or a paste brings that could be attached. Always holds: folders are told apart and not looked into; what
// was copied as text with a picture of it (from a sheet, a page) stays text.

import type { FileSource } from '../state/files.ts'

export interface Intake {
  readonly files: readonly FileSource[]
  /** Names of folders, which cannot be attached. */
  readonly folders: readonly string[]
}

/** True while something is dragged over the window that has files in it. */
export function bringsFiles(data: DataTransfer | null): boolean {
  return data?.types.includes('Files') === true
}

/** What was dropped. */
export function dropped(data: DataTransfer): Intake {
  const folders = new Set<string>()
  for (const item of data.items) {
    const entry = item.kind === 'file' ? item.webkitGetAsEntry() : null
    if (entry?.isDirectory === true) folders.add(entry.name)
  }
  return { files: [...data.files].filter((file) => !folders.has(file.name)), folders: [...folders] }
}

/** What was pasted; undefined where it is text. A picture of the screen, which has no name, gets the one of `pictureName`. */
export function pasted(data: DataTransfer, pictureName: () => string): Intake | undefined {
  if (data.files.length === 0 || data.types.includes('text/html') || data.types.includes('text/rtf')) return undefined
  const unnamed = data.files.length === 1 && /^image\.\w+$/.test(data.files[0]?.name ?? '')
  const files = [...data.files].map((file): FileSource => {
    if (!unnamed) return file
    const extension = file.name.slice(file.name.lastIndexOf('.'))
    return {
      name: pictureName() + extension,
      type: file.type,
      size: file.size,
      slice: (from, to) => file.slice(from, to),
    }
  })
  return { files, folders: [] }
}
