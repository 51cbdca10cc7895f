/** What sort of program sends a `User-Agent`.
 *  proxy: a mail provider's server that fetches pictures when a person looks.
 *  prefetch: the same without anybody looking.
 *  scanner: a product that looks for harm in links.
 *  preview: makes a preview of a link that somebody pasted, or checks it before a person follows it.
 *  program: a mail program on a person's own machine.
 *  app: the HTTP client of some app, a mail program's or another.
 *  tool: a library, a script, a browser without a screen. */
export type AgentKind = 'proxy' | 'prefetch' | 'scanner' | 'preview' | 'program' | 'app' | 'tool'

export interface KnownAgent {
  readonly name: string
  readonly kind: AgentKind
  readonly match: RegExp
  /** Where it is described or was reported. */
  readonly source: string
}

const crawlers = 'https://www.npmjs.com/package/crawler-user-agents'
const fieldGuide = 'https://check.live-direct-marketing.online/blog/bot-clicks-security-scanners-detect'
const matomo = 'https://github.com/matomo-org/device-detector (bots.yml)'

/** The first one that matches counts. */
export const knownAgents: readonly KnownAgent[] = [
  {
    name: 'Gmail, while its app is open',
    kind: 'prefetch',
    match: /chrome\/42\.0\.2311\.135 safari\/537\.36 edge\/12\.246 mozilla\/5\.0$/,
    source: 'https://www.sparkpost.com/blog/gmail-prefetching-images/',
  },
  {
    name: 'Gmail',
    kind: 'proxy',
    match: /googleimageproxy|ggpht\.com/,
    source: crawlers,
  },
  {
    name: 'Yahoo and AOL',
    kind: 'proxy',
    match: /yahoomailproxy/,
    source: 'https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html',
  },
  { name: 'Seznam', kind: 'proxy', match: /seznamemailproxy/, source: matomo },
  {
    name: 'Fastmail',
    kind: 'proxy',
    match: /^fastmailua\//,
    source: 'https://www.fastmail.com/policies/bots/',
  },
  {
    name: 'Startpage',
    kind: 'proxy',
    match: /startpageprivateimageproxy/,
    source: crawlers,
  },
  {
    name: 'Barracuda',
    kind: 'scanner',
    match: /barracuda/,
    source: 'Braze’s documentation, on the filtering of bot clicks: "Barracuda Sentinel (EE)"',
  },
  { name: 'Proofpoint', kind: 'scanner', match: /proofpoint|urldefense/, source: fieldGuide },
  { name: 'Mimecast', kind: 'scanner', match: /mimecast/, source: fieldGuide },
  {
    name: 'Microsoft Defender, Safe Links',
    kind: 'scanner',
    match: /safelinks|microsoft-urlanalyzer|microsoft defender|officesafe/,
    source: 'https://check.live-direct-marketing.online/blog/microsoft-defender-link-click-pattern',
  },
  { name: 'Symantec', kind: 'scanner', match: /symantec|messagelabs|brightmail/, source: fieldGuide },
  { name: 'Trend Micro', kind: 'scanner', match: /trend ?micro|\btmes\b|interscan/, source: fieldGuide },
  {
    name: 'Cisco Secure Email, IronPort',
    kind: 'scanner',
    match: /ironport|ciscosecureemail|cisco email security|asyncos/,
    source: fieldGuide,
  },
  { name: 'Sophos', kind: 'scanner', match: /sophos/, source: fieldGuide },
  { name: 'Fortinet', kind: 'scanner', match: /fortimail|fortiguard|fortisandbox/, source: fieldGuide },
  {
    name: 'Other gateways and sandboxes',
    kind: 'scanner',
    match:
      /fireeye|trellix|forcepoint|websense|hornetsecurity|vadesecure|vade secure|ironscales|avanan|perception ?point|spamtitan|nospamproxy|retarus|libraesva|egress defend|twinwavescanner|cloudmark|f-secure|withsecure|bitdefender|kaspersky|zerofox/,
    source: matomo,
  },
  {
    name: 'Scanners of links on the web',
    kind: 'scanner',
    match:
      /virustotal|urlscan|google-safety|safebrowsing|phishtank|netcraft|cloudflareradarurlscanner|safesearch\.avira|checkphish|urlvoid|sucuri|any\.run/,
    source: crawlers,
  },
  {
    name: 'Office, before it opens a link',
    kind: 'preview',
    match: /microsoft office (existence|protocol) discovery/,
    source: 'https://check.live-direct-marketing.online/blog/microsoft-defender-link-click-pattern',
  },
  {
    name: 'Previews in messengers and networks',
    kind: 'preview',
    match:
      /slackbot|slack-imgproxy|facebookexternalhit|facebookexternalua|facebot|twitterbot|linkedinbot|whatsapp\/|telegrambot|discordbot|skypeuripreview|microsoftpreview|bingpreview|google web preview|yahoo link preview|snap url preview|snapurlpreview|googlemessages|redditbot|pinterestbot|mattermost|viber|linespider|iframely|embedly|bitlybot/,
    source: crawlers,
  },
  {
    name: 'Outlook',
    kind: 'program',
    match:
      /microsoft outlook|outlook-(ios|android|express)|outlookmobile|ms-office; msoffice|^microsoft office\//,
    source: 'https://github.com/matomo-org/device-detector (pim.yml)',
  },
  {
    name: 'Mail on Apple devices',
    kind: 'program',
    match: /^(mobile)?mail\/\S+ cfnetwork\/|^dataaccessd|^(apple|mac)mail\//,
    source:
      'https://suped.com/learn/email-deliverability/how-can-i-identify-bot-user-agents-in-my-email-click-data',
  },
  {
    name: 'Mail programs that say who they are',
    kind: 'program',
    match:
      /thunderbird|betterbird|airmail|emclient|postbox|evolution\/|kmail|k-9 ?mail|fairemail|mailspring|mailmate|the bat!|lotus-notes|hcl notes|windows-live-mail|windowslivemail|zimbra|superhuman|readdle|edison ?mail|canary ?mail|bluemail|seamonkey|sylpheed|claws|eudora|blackberry|incredimail|foxmail|mailbird/,
    source: 'https://github.com/matomo-org/device-detector (pim.yml)',
  },
  {
    name: 'Browsers without a screen',
    kind: 'tool',
    match:
      /headless|phantomjs|puppeteer|playwright|selenium|webdriver|cypress|slimerjs|electron\/|lighthouse/,
    source: crawlers,
  },
  {
    name: 'Clients of apps',
    kind: 'app',
    match: /^okhttp\/|cfnetwork\/|^dalvik\/|^com\.|^android/,
    source:
      'https://suped.com/learn/email-deliverability/how-can-i-identify-bot-user-agents-in-my-email-click-data',
  },
  {
    name: 'Libraries and commands',
    kind: 'tool',
    match:
      /^(curl|wget|python|aiohttp|httpx|go-http-client|java|apache-httpclient|jakarta|axios|node|undici|got|ruby|faraday|perl|libwww|lwp|php|guzzle|symfony|rest-client|restsharp|winhttp|powershell|mozilla\/\S+ \(windows nt; windows nt \S+; \S+\) windowspowershell|httpie|postman|insomnia|scrapy|mechanize|lua-resty|jetty|ahc|reactor|vert\.x|rust|reqwest|hyper|dart|deno|bun|w3m|lynx|links|elinks|nutch|okhttp|urlgrabber|typhoeus|twisted|zgrab|masscan|nmap)/,
    source: crawlers,
  },
]
