// Owns what `npm start` prints once the demo runs: where things lie, who is signed in, what to try, how to go on.
// Always holds: every command stands ready to be pasted, with what this machine needs in front of it.

import path from 'node:path'
import { projectFolder } from '../process.ts'
import type { Stage } from './stage.ts'
import { demoPaths } from './state.ts'
import { type DemoWorkspace, isEnrolled } from './workspace.ts'

/** A path as it is typed in the checkout. */
function shown(file: string): string {
  return path.relative(projectFolder, file).split(path.sep).join('/')
}

/** `NAME='value' …` in front of a command: what it needs to reach the same display and key store. */
function prefix(env: Readonly<Record<string, string>>): string {
  return Object.entries(env)
    .map(([name, value]) => `${name}='${value}' `)
    .join('')
}

/** How one of the desktops is wiped: the second while it is there to be wiped. */
function wipeCommand(workspace: DemoWorkspace): string {
  const ids = workspace.desktops.flatMap((desktop) => workspace.deviceOf(desktop.userName) ?? [])
  const id = ids.at(-1) ?? 'ID'
  const server = `--server ${workspace.url()} --token-file ${shown(demoPaths.adminToken)}`
  return `npm run -s admin -- ${server} devices wipe ${id} --reason "Laptop left in a taxi"`
}

export function welcome(workspace: DemoWorkspace, stage: Stage): string {
  const [first, second] = workspace.desktops
  let number = 3
  while (isEnrolled(demoPaths.desktop(number))) number += 1
  const another = workspace.others[(number - 3) % workspace.others.length] ?? ''
  const hostArgs = [...stage.args, ...(stage.host.name === 'chromium' ? ['--host', 'chromium'] : [])].join(' ')
  const more = `${prefix(stage.env)}npm run desktop -- --profile ${shown(demoPaths.desktop(number))} --server ${workspace.url()} --enroll ${workspace.newCode(another)} ${hostArgs}`
  const toggle =
    process.stdin.isTTY === true
      ? 'type s and Enter here (again to start it)'
      : process.platform === 'win32'
        ? 'run the demo in a terminal for that'
        : `kill -USR2 ${process.pid}   (again to start it)`
  return `
${workspace.name} — two desktops on ${stage.host.says}
  signed in    ${workspace.desktops.map((desktop) => `${desktop.displayName} (${shown(desktop.profileDir)})`).join(' and ')}
  server       ${workspace.url()}   data in ${shown(demoPaths.server)}
  log          ${shown(demoPaths.log)}
${stage.isUnseen ? `  pictures     ${demoPaths.screenshots.map(shown).join(', ')}   (every few seconds)\n` : ''}${stage.notes.map((note) => `  ${note}\n`).join('')}
Try
  write to each other      ${first?.displayName} and ${second?.displayName} share several conversations:
                           reply in a thread, react, mention with @, attach a file by dropping it
  join a channel           browse channels for those that neither is in yet, such as badminton
  stop the server          ${toggle}: read, search and write offline
  wipe a desktop           ${wipeCommand(workspace)}
  open another desktop    ${more.trim()}
                           (the code is good for 15 minutes and one use)
${workspace.desktops
  .filter((desktop) => desktop.isWiped)
  .map(
    (desktop) =>
      `  enrol ${desktop.displayName} again   in that window: ${workspace.url()} and code ${workspace.newCode(desktop.userName)}\n`,
  )
  .join('')}
Ctrl+C stops everything; "npm start" goes on from here; "npm start -- --reset" begins anew.
`
}
