// Owns a process that keeps files and says what memory it takes, for the test of large ones: `DIR SHA256 BYTES`. It prints
// `{url, permit, rssBytes}`; told anything on stdin, it puts the file on a message and prints `{permit, rssBytes}` to fetch it,
// and told once more, `{rssBytes}`. rssBytes is the most that was resident so far. Ends with its stdin.

import { createInterface } from 'node:readline'
import { grant, grantFetch, openSite } from './file-site.ts'

const [dir, sha256, bytes] = process.argv.slice(2)
if (dir === undefined || sha256 === undefined || bytes === undefined) throw new Error('wrong usage')
const site = await openSite({ dir })
const person = site.addPerson()
const talk = site.addConversation(person.userId)
const rssBytes = () => process.resourceUsage().maxRSS * 1024
const say = (value: object) => process.stdout.write(`${JSON.stringify({ ...value, rssBytes: rssBytes() })}\n`)
say({ url: site.url, permit: grant(site, person, talk, sha256, Number(bytes)).permit })
let isSent = false
for await (const _line of createInterface({ input: process.stdin })) {
  if (!isSent) site.refer(sha256, talk, 1)
  say(isSent ? {} : { permit: grantFetch(site, person, talk, sha256) })
  isSent = true
}
await site.close()
