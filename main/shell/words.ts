// Owns the few words that a host itself shows (tray menu, start-up failures, where to save), in the product's languages.

interface HostWords {
  readonly open: string
  readonly quit: string
  readonly cannotStart: string
  readonly save: string
  readonly saveWhere: (name: string) => string
  readonly place: string
  readonly noPlace: string
  readonly replace: string
  readonly replaceWhat: (name: string) => string
  readonly cancel: string
}

const english: HostWords = {
  open: 'Open Causeway',
  quit: 'Quit',
  cannotStart: 'Causeway cannot start',
  save: 'Save',
  saveWhere: (name) => `Where is “${name}” to be saved?`,
  place: 'Full path',
  noPlace: 'There is no such folder. Write the full path of the file.',
  replace: 'Replace',
  replaceWhat: (name) => `“${name}” is there already. Replace it?`,
  cancel: 'Cancel',
}
const traditional: HostWords = {
  open: '開啟 Causeway',
  quit: '結束',
  cannotStart: 'Causeway 無法啟動',
  save: '儲存',
  saveWhere: (name) => `將「${name}」儲存到哪裏？`,
  place: '完整路徑',
  noPlace: '沒有這個資料夾。請輸入檔案的完整路徑。',
  replace: '取代',
  replaceWhat: (name) => `已有「${name}」。要取代它嗎？`,
  cancel: '取消',
}
const simplified: HostWords = {
  open: '打开 Causeway',
  quit: '退出',
  cannotStart: 'Causeway 无法启动',
  save: '保存',
  saveWhere: (name) => `将“${name}”保存到哪里？`,
  place: '完整路径',
  noPlace: '没有这个文件夹。请输入文件的完整路径。',
  replace: '替换',
  replaceWhat: (name) => `已有“${name}”。要替换它吗？`,
  cancel: '取消',
}

/** The words for the first of these BCP 47 tags that is one of ours, English otherwise. */
export function wordsFor(languages: readonly string[]): HostWords {
  for (const tag of languages) {
    if (/^zh\b.*\b(?:Hant|HK|TW|MO)\b/i.test(tag)) return traditional
    if (/^zh\b/i.test(tag)) return simplified
    if (/^en\b/i.test(tag)) return english
  }
  return english
}
