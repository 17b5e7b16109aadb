// Owns the files of a message as it names them: what each is, its name and its size. They cannot be opened yet.
// Always holds: nothing here reaches for a file's bytes; its name is as its sender chose it, and is only shown.

import type { ReactNode } from 'react'
import type { FileView } from '../../shared/bridge.ts'
import { useTranslator } from '../app/workspace-context.ts'
import { FileIcon } from '../components/file-icon.tsx'
import { FileName } from '../components/file-name.tsx'
import { shownName } from '../text/file-name.ts'
import './file-chips.css'

export function FileChips({ files }: { readonly files: readonly FileView[] }): ReactNode {
  const { t, size } = useTranslator()
  return (
    <ul aria-label={t('messages.files', { count: files.length })} className="file-chips">
      {files.map((file, place) => (
        <li
          className="file-chip"
          data-testid="file-chip"
          // biome-ignore lint/suspicious/noArrayIndexKey: files of a message keep their places, and two may be named alike.
          key={place}
          title={t('messages.fileLater', { name: shownName(file.name) })}
        >
          <FileIcon file={file} />
          <span className="file-chip__lines">
            <FileName name={file.name} />
            <span className="file-chip__size tabular">{size(file.bytes)}</span>
          </span>
        </li>
      ))}
    </ul>
  )
}
