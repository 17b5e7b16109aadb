// Owns the guess which language tag a piece of text bears, so that the browser picks the right glyphs and voice.
// Always holds: the guess depends on the text and the window's language alone; unsure means the window's language.
// It must never be used to decide anything but typography.

/** Characters written so in Traditional Chinese and otherwise in Simplified; the last lines are Cantonese and Hong Kong's. */
const traditionalOnly =
  '們這個來時國說過對會學發經現樣頭還讓給開關問間門車東長馬鳥魚書話請謝認識語讀寫聽見覺觀視線級約組織結紅綠續網絡聯統總' +
  '應該變報紙張動務員業專單雙備處復實際難題標簽確權機執決議評論調規則險預測費質貨貿資產負責財審計監營銷訂購運輸證債項貸賬帳' +
  '錢銀鐵電腦訊號聲圖畫頁檔雲訂閱檢驗據點後裡裏幹麼嗎嗎麵條陳張劉楊黃趙吳鄭馮鄧許蕭羅鍾譚葉蘇蔣韓龍萬億漢歲曆歷為與從無' +
  '歡愛親熱節氣溫濕濟灣島廣場廠廳樓層區縣鄉鎮廈辦戶鑰鎖鏈鍵盤選擇輕軟體臺範圍團園員圓傳傷價僅億優儲兒內兩冊凍別剛創劃劇' +
  '勝勞勢匯協參吶嘆囑堅塊壓壞壯奮媽婦嬰孫寧寶將尋導屆屬嶺幣幫庫廢廣彎彈強徑徵憑懷態懶懸戰戲戶拋挾掃掛採換揮損搖攝擁擇擊' +
  '擔擬擴擾攜敗敵數斷晉暫曉東條梁棄極構槍樂橋檯欄款歐殘殺殼毀氫決沒況涼淚淺減渦測準潔潛濃瀏灑災爐爭爾牆獎獨獲環異當療' +
  '盡監盜眾睜矯碼礎禮禪種稱穩競筆築簡簡簽糧糾紀純紛級細終結絕統經綜維緊緒編緩練縮績繼續纖罰職聰肅脈腳膽臉臨舉舊艙' +
  '藝蘭虛虧蟲術衛裝補製複襲觸討訓託記設訪評詞試詢詳誤課誰諮謀講證譯議護讚豐貝貢貧販貪購貼賀賓賞賠賢賣賭賽贈趨跡踐躍' +
  '軍軌較載輔輛輪轉辭農迴遞遠適遲遷選遺還邊郵釋針釣錄錯鍛鎮鏡閃閉閒閣隊階隨隱雖離雜靈靜項順須頓領頗頻顆額顏願類顧顯風飛' +
  '飯飲飾餅養餘館駐駕驅驗驚髮鬆鬥鬧鮮麗齊齡' +
  '嘅咗冇喺哋咁唔啲嚟佢嗰睇攞揾嘢噉嘥㗎喎囉嗌瞓乜嘞吖嘛咪𨋢'

/** Characters written so in Simplified Chinese only. */
const simplifiedOnly =
  '们这个来时国说过对会学发经现样头还让给开关问间门车东长马鸟鱼书话请谢认识语读写听见觉观视线级约组织结红绿续网络联统总' +
  '应该变报纸张动务员业专单双备处实际难题标签确权机执决议评论调规则险预测费质货贸资产负责财审计监营销订购运输证债项贷账' +
  '钱银铁电脑讯号声图画页档阅检验据点么吗条陈刘杨黄赵吴郑冯邓许萧罗钟谭叶苏蒋韩龙万亿汉岁历为与从无' +
  '欢爱亲热节气温湿济湾岛广场厂厅楼层区县乡镇厦办户钥锁链键盘选择轻软体范围团园圆传伤价仅优储儿内两册冻别刚创划剧' +
  '胜劳势汇协参叹嘱坚块压坏壮奋妈妇婴孙宁宝将寻导届属岭币帮库废弯弹强径凭怀态懒悬战戏抛挟扫挂换挥损摇摄拥击' +
  '担拟扩扰携败敌数断晋暂晓弃极构枪乐桥栏欧残杀壳毁氢况凉泪浅减涡准洁潜浓浏洒灾炉争尔墙奖独获环异当疗' +
  '尽盗众睁矫码础礼禅种称稳竞笔筑简粮纠纪纯纷细终绝综维紧绪编缓练缩绩继纤罚职聪肃脉脚胆脸临举旧舱' +
  '艺兰虚亏虫术卫装补制袭触讨训记设访词试询详误课谁谋讲译护赞丰贝贡贫贩贪贴贺宾赏赔贤卖赌赛赠趋践跃' +
  '军轨较载辅辆轮转辞农递远适迟迁遗边邮释针钓录错锻镜闪闭阁队阶随隐虽离杂灵静顺须顿领颇频颗额颜愿类顾显风飞' +
  '饭饮饰饼养余馆驻驾驱惊丽齐龄'

const traditional = new Set(traditionalOnly)
const simplified = new Set(simplifiedOnly)
// Some forms stand in both lists, or are everyday characters of the other script: they say nothing.
for (const character of [...traditional]) {
  if (simplified.has(character)) {
    traditional.delete(character)
    simplified.delete(character)
  }
}
for (const character of '里后干面准余制帮楼温爱况凉减墙') simplified.delete(character)

const han = /\p{Script=Han}/u
const kana = /[\p{Script=Hiragana}\p{Script=Katakana}]/u
const hangul = /\p{Script=Hangul}/u
const latin = /\p{Script=Latin}/u

/** How much of a long text is looked at: enough to tell, cheap in a list. */
const sampleChars = 400

/**
 * The BCP 47 tag for `text` in a window whose language is `windowLanguage`. Han text without a telling character follows
 * the window when that is Chinese and is taken for Hong Kong's otherwise; text with no letter follows the window.
 */
export function languageOf(text: string, windowLanguage: string): string {
  const sample = text.length > sampleChars ? text.slice(0, sampleChars) : text
  if (kana.test(sample)) return 'ja'
  if (hangul.test(sample)) return 'ko'
  if (!han.test(sample)) return latin.test(sample) ? 'en' : windowLanguage
  let balance = 0
  for (const character of sample) {
    if (traditional.has(character)) balance++
    else if (simplified.has(character)) balance--
  }
  if (balance > 0) return 'zh-Hant-HK'
  if (balance < 0) return 'zh-Hans'
  return windowLanguage.startsWith('zh') ? windowLanguage : 'zh-Hant-HK'
}
