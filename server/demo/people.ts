/**
 * The staff of the fictional firm that the demo workspace shows: names, departments, titles, reporting lines.
 * Scripts name people by the part of the user name before the dot, so those parts are unique.
 * Nobody here exists; no real company, customer or member of staff may be added.
 */

export interface DemoPerson {
  userName: string
  displayName: string
  department: string
  title: string
  manager?: string
}

/** The firm's bilingual name. */
export const workspaceName = '海灣行 Harbour & Vale'

const retail = 'Retail Operations'
const compliance = 'Compliance'
const it = 'IT'
const finance = 'Finance'
const hr = 'HR'
const legal = 'Legal'
const supply = 'Supply Chain'
const treasury = 'Treasury'

function person(
  userName: string,
  displayName: string,
  department: string,
  title: string,
  manager?: string,
): DemoPerson {
  return manager === undefined
    ? { userName, displayName, department, title }
    : { userName, displayName, department, title, manager }
}

/** Everyone, managers before the people who report to them. */
export const people: readonly DemoPerson[] = [
  person('victor.kwok', '郭志剛 Victor Kwok', retail, 'Chief Operating Officer 營運總監'),
  person('karen.chan', '陳嘉欣 Karen Chan', retail, 'Area Manager 區域經理', 'victor.kwok'),
  person('wing.ho', '何詠儀 Wing Ho', retail, 'Store Manager, Causeway Bay 銅鑼灣店長', 'karen.chan'),
  person('tony.cheung', '張永康 Tony Cheung', retail, 'Store Manager, Mong Kok 旺角店長', 'karen.chan'),
  person('maggie.yip', '葉美琪 Maggie Yip', retail, 'Store Manager, Sha Tin 沙田店長', 'karen.chan'),
  person('kit.lam', '林家傑 Kit Lam', retail, 'Senior Sales Associate 高級店務員', 'wing.ho'),
  person('yan.tse', '謝欣怡 Yan Tse', retail, 'Sales Associate 店務員', 'wing.ho'),
  person('fai.mok', '莫子輝 Fai Mok', retail, 'Senior Sales Associate 高級店務員', 'tony.cheung'),
  person('suki.ng', '吳淑琪 Suki Ng', retail, 'Sales Associate 店務員', 'tony.cheung'),
  person('bong.tam', '譚家邦 Bong Tam', retail, 'Sales Associate 店務員', 'maggie.yip'),
  person('iris.kwan', '關穎珊 Iris Kwan', retail, 'Sales Associate 店務員', 'maggie.yip'),
  person('priya.sharma', 'Priya Sharma', retail, 'Marketing & Visual Merchandising Manager', 'victor.kwok'),
  person('ivy.so', '蘇曉彤 Ivy So', retail, 'Campaign Planner 推廣主任', 'priya.sharma'),
  person('helen.wu', '胡慧玲 Helen Wu', compliance, 'Head of Compliance 合規主管'),
  person('daniel.poon', '潘浩賢 Daniel Poon', compliance, 'Compliance Manager 合規經理', 'helen.wu'),
  person('grace.yeung', '楊穎詩 Grace Yeung', compliance, 'AML & Surveillance Analyst', 'daniel.poon'),
  person('hailey.pang', '彭曉晴 Hailey Pang', compliance, 'Graduate Trainee 見習生', 'daniel.poon'),
  person('raymond.fung', '馮國榮 Raymond Fung', it, 'Head of IT 資訊科技主管'),
  person('jason.lau', '劉俊傑 Jason Lau', it, 'Service Desk Lead IT 支援主任', 'raymond.fung'),
  person('arjun.mehta', 'Arjun Mehta', it, 'Systems Engineer', 'raymond.fung'),
  person('siyu.li', '李思雨 Li Siyu', it, 'Application Developer 应用开发工程师', 'raymond.fung'),
  person('cherry.au', '區子晴 Cherry Au', it, 'Service Desk Analyst', 'jason.lau'),
  person('stephen.ma', '馬偉倫 Stephen Ma', finance, 'Finance Director 財務總監'),
  person('winnie.leung', '梁慧敏 Winnie Leung', finance, 'Financial Controller 財務主管', 'stephen.ma'),
  person('alan.siu', '蕭啟文 Alan Siu', finance, 'Accounts Payable Accountant 應付帳會計', 'winnie.leung'),
  person('joyce.hui', '許佩珊 Joyce Hui', finance, 'Management Accountant 管理會計', 'winnie.leung'),
  person('fiona.chow', '周芷珊 Fiona Chow', hr, 'Head of HR 人力資源主管'),
  person('ben.tong', '唐柏軒 Ben Tong', hr, 'HR Officer 人力資源主任', 'fiona.chow'),
  person('emma.clarke', 'Emma Clarke', hr, 'Learning & Development Manager', 'fiona.chow'),
  person('oliver.grant', 'Oliver Grant', legal, 'General Counsel'),
  person('natalie.chiu', '趙樂怡 Natalie Chiu', legal, 'Legal Counsel 法律顧問', 'oliver.grant'),
  person('samuel.kan', '簡文浩 Samuel Kan', supply, 'Supply Chain Manager 供應鏈經理', 'victor.kwok'),
  person('haoran.wang', '王浩然 Wang Haoran', supply, 'Logistics Coordinator, Shenzhen 物流协调员', 'samuel.kan'),
  person('imran.khan', 'Imran Khan', supply, 'Warehouse Supervisor, Kwai Chung', 'samuel.kan'),
  person('peggy.law', '羅佩儀 Peggy Law', supply, 'Buyer 採購主任', 'samuel.kan'),
  person('eric.chui', '徐俊文 Eric Chui', treasury, 'Treasury Manager 司庫經理', 'stephen.ma'),
  person('rachel.shum', '岑凱琳 Rachel Shum', treasury, 'Treasury Analyst 司庫分析員', 'eric.chui'),
]

/** The two members of staff whose desktops the demo opens. */
export const staff: [string, string] = ['karen.chan', 'jason.lau']

/** Those of IT who look after the desktops: the service desk's lead orders, the systems engineer agrees, or the other way round. */
export const itPeople: readonly string[] = ['jason.lau', 'arjun.mehta']

const byShortName = new Map(people.map((p) => [p.userName.slice(0, p.userName.indexOf('.')), p.userName]))

/** The user name behind a script's short name (`karen` → `karen.chan`); throws on a name nobody has. */
export function userNameOf(shortName: string): string {
  const userName = byShortName.get(shortName)
  if (userName === undefined) throw new Error(`a demo script names nobody: ${shortName}`)
  return userName
}
