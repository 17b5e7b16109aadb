// Owns how the languages of the system are read where no desktop framework tells them.
// Always holds: what comes out are well-formed BCP 47 tags, most wanted first, and never an empty list.

/** The well-formed ones of `names`, canonical and without repeats; English where none is. */
export function languageTags(names: readonly string[]): readonly string[] {
  const tags = names.flatMap((name) => {
    try {
      return /^[a-z]{2,3}(?:-|$)/i.test(name) ? Intl.getCanonicalLocales(name) : []
    } catch {
      return []
    }
  })
  return tags.length > 0 ? [...new Set(tags)] : ['en']
}

/** The languages that POSIX variables name (`zh_HK.UTF-8` reads zh-HK), then the one the runtime found. */
export function languagesOfEnvironment(env: NodeJS.ProcessEnv): readonly string[] {
  const locale = env.LC_ALL || env.LC_MESSAGES || env.LANG || ''
  const names = [...(env.LANGUAGE ?? '').split(':'), locale].map((name) =>
    name.replace(/[.@].*$/, '').replaceAll('_', '-'),
  )
  return languageTags([...names, Intl.DateTimeFormat().resolvedOptions().locale])
}
