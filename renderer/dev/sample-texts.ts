// Owns the words of the sample workspace: [speaker's place among the members, text], newest last.

export type Line = readonly [number, string]

const notices: readonly Line[] = [
  [
    8,
    '各位同事：中環辦公室十八樓將於本週六（11 月 22 日）上午九時至下午五時進行空調系統維修，期間暫停開放。如需回辦公室工作，請使用十六樓的共用工作間，並事先向行政部登記。',
  ],
  [2, 'Planned maintenance: the file server will be read-only on Saturday 22:00–23:30 HKT. Messages are not affected.'],
  [8, '提提大家：年度合規培訓的限期是十二月五日，未完成的同事請盡快登入學習平台。有問題可以喺 #合規問答 搵 Winnie。'],
  [0, '已更新員工手冊第 4.2 節（個人投資帳戶申報）。請於月底前閱讀並確認：https://intranet.example.hk/handbook/4-2'],
]

const general: readonly Line[] = [
  [1, 'Has anyone got a spare HDMI adapter on 17?'],
  [2, '我位有一個，喺白板側邊嘅櫃桶，用完記得放返～'],
  [1, 'Lifesaver, thank you'],
  [5, '今日下午茶有人去買嗎？想要一杯凍檸茶少甜'],
  [10, '我落緊去，+1 嘅喺下面出聲'],
  [6, '+1 熱奶茶'],
  [0, '+1 凍齋啡，唔該晒'],
  [4, '我也要一杯热美式，谢谢！'],
]

const desk: readonly Line[] = [
  [1, 'Morning all. USD/CNH opened softer, 7.1080/85. Fix came in line.'],
  [2, 'Two-way interest in 3M NDF, nothing large yet.'],
  [2, 'Client flow skewed to USD selling since Tokyo.'],
  [3, 'Limit on counterparty B is at 82%. Please check with me before anything above 15m.'],
  [1, 'Noted. Will keep tickets below 10 until you confirm.'],
  [0, '提醒：今日起所有遠期交易須在成交後 15 分鐘內補回理由欄，漏填的系統會標示為例外。'],
  [4, '收到，結算組會喺收市前對一次數，有例外會即刻喺度講。'],
  [1, 'Could someone confirm the value date for HKD given the holiday on Thursday?'],
  [4, '星期四香港假期，T+2 順延到下星期一 (24 Nov)。'],
  [1, 'Perfect, thanks'],
  [2, 'Seeing 7.1052 paid in decent size. Offers thin up to 7.1070.'],
  [2, 'Taking the desk line for the next half hour if anyone needs cover.'],
  [
    3,
    'Stress run finished: no breaches overnight.\nFull table:\n  · CNH 1-day 99% VaR  2.41m (limit 4.00m)\n  · HKD rates DV01     118k (limit 250k)\n  · NDF basis          within tolerance',
  ],
  [1, 'Great. Circulating to the 4 pm call.'],
]

const research: readonly Line[] = [
  [2, '十月社零数据今天上午十点公布，市场预期同比 3.8%。'],
  [3, '我这边的模型给出 3.6%–4.0% 的区间，餐饮分项可能偏弱。'],
  [0, '報告對外發佈前請先經合規覆核，尤其是第三頁的圖表來源。'],
  [
    2,
    '好的，已经把来源补充完整，并在附注里说明了口径调整：2025 年起统计局将网上服务消费单列，因此与往年数据不完全可比。我们在正文里使用的是经调整后的可比口径，原始口径放在附录 B。',
  ],
  [3, '附录 B 的表头还有一处错别字，我改一下再上传。'],
  [1, 'Can we get a two-line English summary for clients by 3?'],
  [2, 'Sure — retail sales likely +3.8% y/y, services steady, autos a drag; no change to our 2025 call.'],
]

const compliance: readonly Line[] = [
  [2, '想請問，如果客戶主動用 WhatsApp 傳送交易指示，我哋應該點處理？'],
  [
    0,
    '請勿在該渠道回覆指示內容。\n1. 以錄音電話或 Causeway 回覆客戶，確認指示；\n2. 把原訊息截圖存入個案；\n3. 於當日填寫渠道例外表格。\n根據證監會 2018 年 5 月 4 日的通函，指示紀錄須集中保存最少兩年。',
  ],
  [2, '明白，唔該晒！咁如果係喺收市後先收到呢？'],
  [0, '一樣處理，翌日開市前完成就可以。'],
  [3, 'Does this also apply to indications of interest, or only to firm orders?'],
  [0, 'Both. 凡是可能構成指示的訊息都要留紀錄；有疑問就當作是。'],
  [
    1,
    'I have updated the flowchart accordingly; the new version is at https://intranet.example.hk/compliance/channels?v=7 (page 2).',
  ],
  [0, '多謝 Daniel。各位請以新版為準，舊版連結今晚會移除。'],
]

const audit: readonly Line[] = [
  [1, 'The SFC has asked for the message archive of three named staff, 1 Jan to 30 Jun. Could you start the export?'],
  [0, 'Export started. It will come with the signed manifest; I will hand over the checksum in person.'],
  [1, 'Good. Please put a legal hold on those custodians as well.'],
  [0, 'Hold placed at 10:42, reference LH-2025-014.'],
]

const dinner: readonly Line[] = [
  [1, '場地已經訂咗：灣仔，十二月十二日，七點入席。'],
  [2, '素食人數要喺下星期三前交畀酒店，我開咗表格。'],
  [3, '抽獎禮物預算批咗，上限 HK$30,000。'],
  [0, '好呀！主持人選我可以問下市場部嘅同事。'],
  [1, '另外想大家諗下主題，暫時有「海港夜色」同「復古香港」兩個提議，你哋鍾意邊個多啲？'],
]

const grace: readonly Line[] = [
  [1, 'Do you have ten minutes before the 4 pm call?'],
  [0, 'Yes, 3:45 works. 要唔要我先睇一次份 deck？'],
  [1, 'Please! Slides 6–9 are the ones with client examples.'],
  [0, '第 7 頁嘅例子可以認得出客戶，建議改為行業描述，其他冇問題。'],
  [1, 'Good catch, changing it now.'],
  [1, 'Done — “a mid-sized logistics group”. Better?'],
  [0, '好好，可以出街'],
]

const kelvin: readonly Line[] = [
  [1, '你部新手提電腦已經準備好，隨時可以嚟十七樓攞。'],
  [0, '多謝！舊嗰部點處理？'],
  [1, '交返畀我就得，我會遙距清除資料，完成後系統會有簽署證明存檔。'],
  [0, '咁就放心晒。下午兩點半過嚟得唔得？'],
  [1, '得，到時見。'],
]

const yutong: readonly Line[] = [
  [0, '雨桐，研究報告嘅免責聲明有新版本，麻煩更新範本。'],
  [1, '好的，请问英文版也一起换吗？'],
  [0, '係，中英文都要，生效日期係十二月一日。'],
  [1, '明白了，我今天下午就处理。'],
  [1, '已更新模板并通知研究部全体同事。另外想确认一下：历史报告需要回溯修改吗？'],
  [1, '如果需要，我可以先列一个清单给您过目。'],
]

export const scripts = { notices, general, desk, research, compliance, audit, dinner, grace, kelvin, yutong }
