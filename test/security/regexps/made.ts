/** A word that stands for Liquid while a letter is converted (engine/template/markup/placeholders.ts): it is made of letters that
 *  the text has not. */
const word = String.raw`lqd(\d+)x`
const discordMarks = [
  String.raw`[\\*` + '`' + String.raw`[<@]`,
  String.raw`\|(?=\|)|(?<=\|)\|`,
  String.raw`~(?=~)|(?<=~)~`,
  String.raw`(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])`,
  String.raw`:(?!\d\d:)(?=[\w+~-]+:)`,
  String.raw`(?=[>#+-])(?<=^[^\S\n]*)(?:>|#(?=#{0,2}\s)|-(?=#?\s)|\+(?=\s))`,
  String.raw`(?=\.\s)(?<=^[^\S\n]*\d{1,10})\.`,
].join('|')

/** Patterns that are put together at run time, each as it comes out: `file code` with the pattern and its flags. Nothing of them
 *  is anybody's input, but for what is escaped. Patterns that operators and rules of alerts bring are re2js's, which has no
 *  backtracking. */
export const examples: { readonly [place: string]: readonly [source: string, flags: string] } = {
  // Routes are ours; their signs are escaped.
  "app/http/request/methods.ts `^${url.replace(/[.*+?^${}()|[\\]\\\\]/g, '\\\\$&').replace(/:[A-Za-z]+/g, '[^/]+')}$`":
    [String.raw`^/api/v1/campaigns/[^/]+/deliveries\.csv$`, ''],
  "app/http/routes/access/audit.ts `^(${callerKinds.join('|')})(/[\\\\w-]{1,40})?$`": [
    String.raw`^(local|key|user|nobody)(/[\w-]{1,40})?$`,
    '',
  ],
  'engine/access/recovery.ts `.{${groupLength}}`': ['.{4}', 'g'],
  // `publicUrl`, escaped.
  'engine/compose/asset-urls.ts `${RegExp.escape(own)}(?=/i/[0-9a-f]{64}/)`': [
    `${RegExp.escape('https://news.example.org/(a+)+')}(?=/i/[0-9a-f]{64}/)`,
    'g',
  ],
  // At most these seven signs, which the macro's own pattern let through (RFC 7208 7.1).
  "engine/deliverability/spf/macro.ts `[${delimiters.replaceAll('-', '\\\\-')}]`": [
    String.raw`[.\-+,/_=]`,
    '',
  ],
  'engine/template/markup/markdown.ts `<!--(${word})-->\\\\n?`': [String.raw`<!--(${word})-->\n?`, 'g'],
  'engine/template/markup/markdown.ts `^[ \\\\t]*((?:${placeholders.words().source}[ \\\\t]*)+)$`': [
    String.raw`^[ \t]*((?:${word}[ \t]*)+)$`,
    '',
  ],
  'engine/template/markup/markdown.ts `(${word})\\\\s*<(ul|ol)>\\\\n((?:(?!</?[uo]l>)[\\\\s\\\\S])*)</\\\\3>\\\\s*(${word})`':
    [String.raw`(${word})\s*<(ul|ol)>\n((?:(?!</?[uo]l>)[\s\S])*)</\3>\s*(${word})`, 'g'],
  'engine/template/markup/mjml.ts `<!--|<(/?)([a-z][a-z0-9-]*)|((?:${placeholders.words().source}\\\\s*)+)`':
    [String.raw`<!--|<(/?)([a-z][a-z0-9-]*)|((?:${word}\s*)+)`, 'gi'],
  'engine/template/markup/placeholders.ts `${prefix}(\\\\d+)x`': [word, 'g'],
  'engine/template/markup/placeholders.ts this.pattern.source': [word, 'g'],
  'engine/template/markup/text.ts `\\\\n[ \\\\t]*((?:${word}[ \\\\t]*)+)(?=\\\\n|$)`': [
    String.raw`\n[ \t]*((?:${word}[ \t]*)+)(?=\n|$)`,
    'g',
  ],
  'plugins/discord/markdown.ts marks': [discordMarks, 'gm'],
  'plugins/discord/markdown.ts `(https?://[^\\\\s<]+)|${marks}`': [
    String.raw`(https?://[^\s<]+)|${discordMarks}`,
    'gm',
  ],
}
