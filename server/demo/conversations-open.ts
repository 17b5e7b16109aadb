/**
 * Channels of the demo firm that neither of the two desktops' people is in: open ones that they may find and join.
 * And one that is over: the move of the member data, archived. As in conversations.ts.
 */
import type { ConversationPlan } from './conversations.ts'

const clubs = '興趣 Clubs'

/** Everybody who is in it speaks in its tail; there are no routine posts. */
function club(
  key: string,
  name: string,
  topic: string,
  members: readonly [string, ...string[]],
  startedDaysAgo: number,
): ConversationPlan {
  return {
    key,
    kind: 'channel',
    name,
    topic,
    space: clubs,
    members,
    createdBy: members[0],
    startedDaysAgo,
    hours: 'social',
    cast: {},
    routines: [],
    isOpen: true,
  }
}

export const openPlans: readonly ConversationPlan[] = [
  club(
    'badminton',
    '羽毛球會 badminton',
    '逢星期四 Smithfield，新手歡迎。All levels, rackets to borrow.',
    ['priya', 'arjun', 'cherry', 'ben', 'grace', 'fai'],
    96,
  ),
  club(
    'cantonese-corner',
    'cantonese-corner 廣東話角',
    'Ask anything, no question too small. 問咩都得，唔會笑你（太耐）',
    ['emma', 'imran', 'arjun', 'oliver', 'haoran', 'suki', 'fai'],
    110,
  ),
  club(
    'sz-hk-commute',
    '深港通勤',
    '口岸排队、高铁班次、车位、两地银行卡。信息仅供参考，以官方公布为准',
    ['haoran', 'siyu', 'samuel', 'peggy', 'imran'],
    83,
  ),
  club(
    'green-office',
    'green-office 環保小組',
    '走塑、回收、慳電。Small things that add up.',
    ['joyce', 'natalie', 'rachel', 'ben', 'alan', 'emma'],
    69,
  ),
]

export const archivedPlan: ConversationPlan = {
  key: 'crm-move',
  kind: 'channel',
  name: '會員資料搬遷 CRM move',
  topic: 'Member data from the old CRM to the new one. Finished, kept for reference 已完成，留底',
  space: '後勤 Head Office',
  members: ['jason', 'karen', 'siyu', 'priya', 'winnie', 'daniel', 'arjun'],
  createdBy: 'jason',
  startedDaysAgo: 151,
  hours: 'office',
  cast: {},
  routines: [],
  isArchived: true,
}
