// Owns the small picture of what a file is. Decorative: its name stands beside it.

import {
  File,
  FileArchive,
  FileImage,
  FileMusic,
  FilePlay,
  FileSpreadsheet,
  FileText,
  type LucideIcon,
  Presentation,
} from 'lucide-react'
import type { ReactNode } from 'react'
import type { FileView } from '../../shared/bridge.ts'
import { type FileKind, fileKindOf } from '../text/file-name.ts'

const icons: Readonly<Record<FileKind, LucideIcon>> = {
  image: FileImage,
  video: FilePlay,
  audio: FileMusic,
  sheet: FileSpreadsheet,
  slides: Presentation,
  archive: FileArchive,
  document: FileText,
  other: File,
}

export function FileIcon({ file }: { readonly file: Pick<FileView, 'name' | 'mediaType'> }): ReactNode {
  const kind = fileKindOf(file.mediaType, file.name)
  const Icon = icons[kind]
  return <Icon aria-hidden="true" className="file-icon" data-kind={kind} />
}
