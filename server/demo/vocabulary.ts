/**
 * Word lists that routine scripts pick from: the firm's goods, suppliers, places and machines.
 * Every brand and supplier is invented.
 */

export const vocabulary: Readonly<Record<string, readonly string[]>> = {
  product: [
    ...[
      '伯爵茶禮盒',
      '手工曲奇',
      '蜂蜜禮盒',
      '陳皮豆沙餅',
      '香薰蠟燭',
      '羊毛毯',
      '骨瓷茶杯',
      '保溫壺',
      '有機燕麥',
      '橄欖油',
    ],
    ...[
      '普洱茶磚',
      '果仁脆片',
      '海鹽朱古力',
      '純棉毛巾',
      '竹砧板',
      '藍莓果醬',
      '黑松露鹽',
      '花茶罐',
      '折疊傘',
      '帆布購物袋',
    ],
  ],
  goods: [
    ...['tea hampers', 'ceramic mugs', 'cotton towels', 'candle refills', 'gift boxes', 'glass jars', 'tote bags'],
    ...['travel flasks', 'wool throws', 'biscuit tins', 'honey sets', 'wrapping paper'],
  ],
  supplier: [
    ...['恆昌食品', '永進包裝', '明朗貿易', '德泰茶行', 'Larkfield Foods', 'Pacific Crate Co', 'Northmoor Ceramics'],
    ...['東灣物流', 'Bluecap Printing', '順興紙品', '金葉禮品', 'Tidewater Freight'],
  ],
  shop: ['銅鑼灣店', '旺角店', '沙田店'],
  carrier: ['東灣物流', 'Tidewater', '順達車隊', 'HarbourLink'],
  lunch: [
    ...[
      '樓下茶記',
      '嗰間越南粉',
      '對面日本仔',
      '街市燒臘',
      'salad bar',
      '車仔麵',
      '印度咖喱',
      '轉角嗰間雲吞麵',
      '二樓素食',
    ],
    ...['新開嗰間泰國菜', '米線', '兩餸飯'],
  ],
  printer: ['17 樓影印機', '18 樓 MFP', '收貨區 label printer', '財務部打印機', '會議室 B 部打印機'],
  app: ['Outlook', 'ERP', 'HR Portal', 'DocuVault', '報銷系統', 'VPN client', 'BI dashboard', 'inventory app'],
  room: ['17A', '17B', '18C', 'Victoria room', 'Lantau room'],
  customer: ['陳小姐', '黃先生', '李太', '張生', 'Ms Wong', '何太', 'Mr Patel', '吳小姐', '鄭生', '梁太'],
}
