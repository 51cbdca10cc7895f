import { alone, bare, by, type Case, navigation, none, picture, plainNavigation, sequence } from './case.ts'

// Nothing here was looked at while rules and tables were made: what is found wrong in it is counted, and not corrected.

/** Drawn by lot (one in thirteen) from crawler-user-agents 1.60.0. */
const crawlers: readonly string[] = [
  'Feedly/1.0 (+http://www.feedly.com/fetcher.html; like FeedFetcher-Google)',
  'kinsta-bot',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 13_0_1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/107.0.0.0 Safari/537.36 ISSCyberRiskCrawler/1.1.4',
  'Mozilla/5.0 (compatible; InternetMeasurement/1.0; +https://internet-measurement.com/)',
  'Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/110.0.0.0 Safari/537.36 nyt_scraping/scraping@nytimes.com',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/118.0.0.0 Safari/537.36 ArchiveBox/0.7.2 (+https://github.com/ArchiveBox/ArchiveBox/)',
  'Mozilla/5.0 (compatible; Linespider/1.1; +https://lin.ee/4dwXkTH)',
  'Library Of Congress Web Archiving',
  'Reelevant/1.0',
  'PressEngineBot (+http://pressengine.net/crawl-policy)',
  'Rakuten Image extraction bot',
  'Mozilla/5.0 (compatible; SEOkicks; +https://www.seokicks.de/robot.html)',
  'test-bot',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/110.0.0.0 Safari/537.36 ZoteroTranslationServer/WMF (mailto:noc@wikimedia.org)',
  'E. Orliac, G. Fourestey/2.3 (A Patent Crawler; http://scitas.epfl.ch/; etienne.orliac@epfl.ch, gilles.fourestey@epfl.ch)',
  'Mozilla/5.0 (compatible; Findxbot/1.0; +http://www.findxbot.com)',
  'Mozilla/5.0 (compatible; yoozBot-2.2; http://yooz.ir; info@yooz.ir)',
  'Dazzle BlueSky Bot/1.1',
  'Mozilla/5.0 (compatible; AdkernelTopicCrawler/1.0; +http://adkernel.com/robot/)',
  'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; AzureAI-SearchBot/1.0;',
  'Mozilla/5.0 (compatible; Digincore bot; https://www.digincore.com/crawler.html for rules and instructions.)',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 11_0 like Mac OS X) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/40.0.3754.1902 Mobile Safari/537.36; Bytespider',
  'Go-http-client/1.1',
  'AHC/2.0',
  'Mozilla/5.0 (compatible; VKRobot/1.0)',
  'HetrixTools Uptime Monitoring Bot. https://hetrix.tools/uptime-monitoring-bot.html',
  'Mozilla/5.0 (compatible; McontextualBot/0.1; +http://mcontextual.net/mcontextual-bot)',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_14_6) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90.0.4430.212 Safari/537.36 Hardenize',
  'MetaURI API/2.0 +metauri.com',
  'Mozilla/5.0 (compatible; Nimbostratus-Bot/v1.3.2; http://cloudsystemnetworks.com)',
  'cloudflare-csup (Cloudflare Radar)',
  'Mozilla/5.0 (compatible; evc-batch/2.0)',
  'New York Times Newsgathering',
  'BlueskyPreviewBot/1.0',
  'SendGrid Event API',
  'Slackbot-LinkExpanding (+https://api.slack.com/robots)',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko; compatible; GoogleAgent-Mariner) Chrome/142.0.7444.162 Safari/537.36',
  'venus/fedoraplanet',
  'Apache-HttpClient/4.2.3 (java 1.5)',
  'SMTnetPMBot/',
  'drupact/0.7; http://www.arocom.de/drupact',
  'python-httpx/0.16.1',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/58.0.3029.110 Safari/537.36 Readable/1.1.4',
  'Metorik API Client/2.0.1',
  'Mozilla/5.0 (compatible; Verispider; +https://www.projecthoneypot.org/)',
  'CirrusExplorer/2 (https://cseu.ro/explorer.php)',
]
/** Drawn by lot from top-user-agents 2.1.138: what people have in November 2026. */
const common: readonly string[] = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/152.0.0.0 Safari/537.36 OPR/136.0.0.0',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:155.0) Gecko/20100101 Firefox/155.0',
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/154.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/154.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/151.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/154.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36 Edg/153.0.0.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/123.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/154.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/136.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.6 Safari/605.1.15',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) obsidian/1.11.7 Chrome/142.0.7444.265 Electron/39.5.1 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/152.0.0.0 Safari/537.36',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 Safari/537.36',
]
/** Mail programs and apps of people, from collections of what open trackers saw. */
const programs: readonly string[] = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.10.1',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Thunderbird/140.2.1 Lightning',
  'Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.4266; Pro)',
  'Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; WOW64; Trident/7.0; .NET4.0C; .NET4.0E; Microsoft Outlook 15.0.5589; ms-office; MSOffice 15)',
  'MacOutlook/16.90.24101387 (Intelx64 Mac OS X Version 14.6.1 (Build 23G93))',
  'Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
  'Mozilla/5.0 (Linux; Android 15; Pixel 8 Build/AP4A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/141.0.7390.111 Mobile Safari/537.36',
  'Mozilla/5.0 (Linux; U; Android 13; de-de; 2201117TY) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Mobile Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; WOW64; rv:91.0) Gecko/20100101 Firefox/91.0 Waterfox/56.6',
  'Postbox/7.0.61',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; Trident/7.0; rv:11.0) like Gecko',
  'K-9 Mail/6.804',
]

const homes = [
  '85.214.99.3',
  '31.16.80.4',
  '78.94.1.60',
  '176.199.208.1',
  '2001:16b8:5c00::9',
  '2a00:23c6:4a8a::2',
  '99.231.5.6',
  '122.60.9.1',
]
const at = <T>(list: readonly T[], i: number): T => list[i % list.length]!

const gmail = 'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)'
const chrome = common[1]!
const safari = common[0]!

const singles: readonly Case[] = [
  ...crawlers.map((agent, i) =>
    i % 3 === 0
      ? alone(
          agent,
          'A crawler of the collection.',
          by('scanner', agent, at(homes, i), { headers: bare }).opens(),
        )
      : alone(
          agent,
          'A crawler of the collection.',
          by('scanner', agent, at(homes, i), { headers: bare }).clicks(i % 9),
        ),
  ),
  ...common.map((agent, i) =>
    i % 2 === 0
      ? alone(agent, 'Among the commonest of all.', by('human', agent, at(homes, i)).clicks(i % 9))
      : alone(agent, 'Among the commonest of all.', by('human', agent, at(homes, i)).opens()),
  ),
  ...programs.map((agent, i) =>
    alone(agent, 'A mail program of a person.', by('human', agent, at(homes, i)).opens()),
  ),
]

const providers: readonly Case[] = [
  ...['66.249.88.6', '66.102.6.190', '74.125.212.2', '2a00:1450:4001:c1a::1', '64.233.173.5'].map((ip) =>
    alone(
      `Gmail from ${ip}`,
      'Shown to somebody.',
      by('proxy', gmail, ip, { headers: none }).opens(),
      40_000,
    ),
  ),
  ...['87.248.119.252', '67.195.176.3'].map((ip) =>
    alone(
      `Yahoo from ${ip}`,
      'Shown to somebody.',
      by('proxy', 'YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html', ip, {
        headers: none,
      }).opens(),
    ),
  ),
  ...[
    '172.225.110.40',
    '104.28.61.9',
    '172.224.240.12',
    '2a02:26f7:b9a0:6000::1',
    '146.75.214.4',
    '17.253.0.9',
  ].map((ip) =>
    alone(
      `Apple from ${ip}`,
      'Mail Privacy Protection.',
      by('prefetch', 'Mozilla/5.0', ip, { headers: none }).opens(),
      120_500,
    ),
  ),
  alone(
    'Outlook.com shows a picture',
    'Exchange Online, for a person.',
    by('proxy', chrome, '40.99.8.2', { headers: none }).opens(),
  ),
  alone(
    'A mail program that fetches by its own server',
    'Hey, by its image proxy in a rented machine, while somebody reads: in truth a proxy.',
    by('proxy', 'HEY Image Proxy', '204.62.114.9', { headers: none }).opens(),
  ),
  alone(
    'Proton shows a picture',
    'Through its proxy, without an agent: in truth a proxy.',
    by('proxy', '', '185.70.42.44', { headers: none }).opens(),
  ),
  alone('Safari through Private Relay', 'A person.', by('human', safari, '172.225.180.3').clicks(3)),
  alone(
    'Chrome through WARP',
    'A person, from the network that Apple’s relay shares.',
    by('human', chrome, '104.28.212.5').clicks(3),
  ),
]

const many = (truth: 'scanner' | 'human', agent: string, ip: string, atMs: readonly number[]) =>
  atMs.map((ms, link) => by(truth, agent, ip, { headers: plainNavigation }).clicks(link, ms))

const behaviours: readonly Case[] = [
  sequence(
    'Mimecast follows all',
    'Its network, its pace.',
    many('scanner', chrome, '207.211.31.40', [0, 900, 1800, 2700, 3600]),
    { sentMs: 9000 },
  ),
  sequence(
    'An unknown gateway, five a second',
    'No person.',
    many('scanner', chrome, '45.90.12.3', [0, 200, 410, 600, 815, 1010]),
    { sentMs: 12_000 },
  ),
  sequence(
    'An unknown gateway, one a second',
    'No person keeps that up.',
    many('scanner', safari, '45.90.12.4', [0, 1000, 2000, 3000, 4000, 5000, 6000, 7000]),
    { sentMs: 12_000 },
  ),
  sequence(
    'An unknown gateway, one in four seconds, all of nine',
    'As above.',
    many('scanner', chrome, '45.90.12.5', [0, 4000, 8000, 12_000, 16_000, 20_000, 24_000, 28_000, 32_000]),
    { links: 9 },
  ),
  sequence(
    'A gateway that samples: two links, far apart',
    'A machine in truth; looks like anybody.',
    many('scanner', chrome, '45.90.12.6', [0, 70_000]),
    { sentMs: 300_000 },
  ),
  sequence(
    'A fleet in AWS, right after delivery',
    'Different machines, one link each.',
    [
      by('scanner', chrome, '52.91.3.4').clicks(0, 0),
      by('scanner', chrome, '54.205.8.8').clicks(1, 2500),
      by('scanner', safari, '3.210.4.4').clicks(2, 7000),
    ],
    { sentMs: 20_000 },
  ),
  sequence(
    'Google Cloud, a day later',
    'A crawler of a threat feed. In truth a scanner; from afar it may be a VPN.',
    [by('scanner', chrome, '34.72.1.9').clicks(0)],
  ),
  sequence('The hidden link among others, at a person’s pace', 'It follows what nobody sees.', [
    by('scanner', chrome, '45.90.12.7').clicks(0),
    by('scanner', chrome, '45.90.12.7').clicks(null, 6000),
    by('scanner', chrome, '45.90.12.7').clicks(1, 13_000),
    by('scanner', chrome, '45.90.12.7').clicks(2, 21_000),
  ]),
  sequence(
    'A scanner in the morning, its person in the evening',
    'Both by the same office’s address.',
    [
      ...many('scanner', chrome, '91.12.1.1', [0, 90, 180, 300, 420]),
      by('human', safari, '91.12.1.1').opens(30_000_000),
      by('human', safari, '91.12.1.1').clicks(2, 30_020_000),
    ],
    { sentMs: 3000 },
  ),
  sequence('A person opens four in tabs while reading', 'Some seconds between.', [
    by('human', safari, homes[1]!).opens(),
    ...[0, 1, 2, 3].map((link) => by('human', safari, homes[1]!).clicks(link, 8000 + link * 3500)),
  ]),
  sequence('A person misses and clicks the one beside it', 'Two links in a second and a half.', [
    by('human', chrome, homes[2]!).opens(),
    by('human', chrome, homes[2]!).clicks(4, 11_000),
    by('human', chrome, homes[2]!).clicks(5, 12_500),
  ]),
  sequence('A forwarded letter: two people at once', 'Another network, another link, at the same moment.', [
    by('human', chrome, homes[3]!).clicks(0, 0),
    by('human', safari, homes[4]!).clicks(1, 300),
  ]),
  sequence(
    'Somebody waits for the letter',
    'Opens seven seconds after delivery and clicks.',
    [
      by('human', chrome, homes[5]!, { headers: picture }).opens(),
      by('human', chrome, homes[5]!, { headers: navigation }).clicks(0, 4000),
    ],
    { sentMs: 7000 },
  ),
  sequence(
    'Apple, then a person two seconds later',
    'Read while the phone was in the hand.',
    [
      by('prefetch', 'Mozilla/5.0', '172.226.48.5', { headers: none }).opens(),
      by('human', safari, homes[6]!).clicks(2, 2200),
    ],
    { sentMs: 5000 },
  ),
  sequence('Previews of a shared link, then who shared it', 'Two messengers fetch; the person was first.', [
    by('human', safari, homes[7]!).clicks(1, 0),
    by('scanner', 'WhatsApp/2.25.30.75 i', homes[7]!, { headers: bare }).clicks(1, 15_000),
    by('scanner', 'facebookexternalhit/1.1', '31.13.127.4', { headers: bare }).clicks(1, 16_000),
    by('human', safari, homes[7]!).clicks(2, 40_000),
  ]),
]

export const heldOut: readonly Case[] = [...singles, ...providers, ...behaviours]
