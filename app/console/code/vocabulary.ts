import type { code as english } from '../words/en/code.ts'

type NameWord = keyof (typeof english)['names']

/** What templates see (LetterData of the engine): names, and what each has. `word`: its text in the catalogue. */
export interface Name {
  readonly label: string
  readonly word?: NameWord
  readonly has?: readonly Name[]
}

const item: readonly Name[] = [
  { label: 'title', word: 'itemTitle' },
  { label: 'url', word: 'itemUrl' },
  { label: 'summary', word: 'itemSummary' },
  { label: 'imageUrl', word: 'itemImage' },
  { label: 'author' },
  { label: 'language' },
  { label: 'topics', word: 'itemTopics' },
  { label: 'publishedAt', word: 'itemPublished' },
  { label: 'reason', word: 'itemReason' },
  { label: 'id' },
]

export const names: readonly Name[] = [
  {
    label: 'subscriber',
    word: 'subscriber',
    has: [
      { label: 'name' },
      { label: 'address' },
      { label: 'language' },
      { label: 'timeZone' },
      { label: 'attributes', word: 'attributes' },
      { label: 'topics', word: 'weights' },
      { label: 'id' },
    ],
  },
  { label: 'items', word: 'items', has: [{ label: 'size' }, { label: 'first' }, { label: 'last' }] },
  {
    label: 'campaign',
    word: 'campaign',
    has: [{ label: 'title' }, { label: 'name' }, { label: 'data', word: 'data' }],
  },
  { label: 'list', word: 'list', has: [{ label: 'title' }, { label: 'name' }] },
  {
    label: 'links',
    word: 'links',
    has: [
      { label: 'unsubscribe', word: 'unsubscribe' },
      { label: 'preferences', word: 'preferences' },
      { label: 'web', word: 'web' },
    ],
  },
  { label: 'now', word: 'now' },
  { label: 'language', word: 'language' },
  { label: 'subject' },
  { label: 'preheader' },
]

const loop: readonly Name[] = ['index', 'index0', 'first', 'last', 'length', 'rindex', 'rindex0'].map(
  (label) => ({ label }),
)

/** What stands behind `path.`; `loops` are the variables of loops, by what they go through. */
export function membersOf(
  path: readonly string[],
  loops: ReadonlyMap<string, string>,
  dataFields: readonly string[],
): readonly Name[] {
  const text = path.join('.')
  if (text === 'campaign.data') return dataFields.map((label) => ({ label }))
  if (text === 'forloop') return loop
  if (loops.get(text) === 'items' || /^items(\[\d+\]|\.(first|last))$/.test(text)) return item
  let level: readonly Name[] | undefined = names
  for (const step of path) level = level?.find(({ label }) => label === step)?.has
  return level ?? []
}

/** Tags, and what closes them. */
export const tags: readonly { readonly name: string; readonly insert: string }[] = [
  { name: 'if', insert: 'if #{condition} %}#{}{% endif %}' },
  { name: 'unless', insert: 'unless #{condition} %}#{}{% endunless %}' },
  { name: 'else', insert: 'else %}' },
  { name: 'elsif', insert: 'elsif #{condition} %}' },
  { name: 'for', insert: 'for #{item} in #{items} %}\n#{}\n{% endfor %}' },
  { name: 'case', insert: 'case #{value} %}\n{% when #{1} %}\n#{}{% endcase %}' },
  { name: 'when', insert: 'when #{value} %}' },
  { name: 'assign', insert: 'assign #{name} = #{value} %}' },
  { name: 'capture', insert: 'capture #{name} %}#{}{% endcapture %}' },
  { name: 'render', insert: "render '#{partial}' %}" },
  { name: 'include', insert: "include '#{partial}' %}" },
  { name: 'layout', insert: "layout '#{layout}' %}" },
  { name: 'block', insert: 'block #{content} %}\n#{}\n{% endblock %}' },
  { name: 'cycle', insert: "cycle '#{odd}', '#{even}' %}" },
  { name: 'increment', insert: 'increment #{name} %}' },
  { name: 'decrement', insert: 'decrement #{name} %}' },
  { name: 'tablerow', insert: 'tablerow #{item} in #{items} cols: #{2} %}#{}{% endtablerow %}' },
  { name: 'comment', insert: 'comment %}#{}{% endcomment %}' },
  { name: 'raw', insert: 'raw %}#{}{% endraw %}' },
  { name: 'echo', insert: 'echo #{value} %}' },
  { name: 'liquid', insert: 'liquid\n  #{}\n%}' },
  { name: 'break', insert: 'break %}' },
  { name: 'continue', insert: 'continue %}' },
  ...['endif', 'endunless', 'endfor', 'endcase', 'endcapture', 'endblock', 'endcomment', 'endraw'].map(
    (name) => ({ name, insert: `#{name} %}` }),
  ),
]

/** As engine/template/filters knows them; a test holds the two together. */
export const filters =
  `abs append array_to_sentence_string asset_url at_least at_most base64_decode base64_encode capitalize
ceil cgi_escape compact concat currency date date_to_long_string date_to_rfc822 date_to_string date_to_xmlschema
default divided_by downcase escape escape_once find find_exp find_index find_index_exp first floor group_by
group_by_exp has has_exp hmac_sha256 inspect join json jsonify last lstrip map minus modulo newline_to_br
normalize_whitespace number number_of_words plus pop prepend push raw reject reject_exp remove remove_first
remove_last replace replace_first replace_last required reverse round rstrip sample sha256 shift size slice slugify
sort sort_natural split squish strip strip_html strip_newlines sum times to_integer truncate truncatewords uniq
unshift upcase uri_escape url_decode url_encode where where_exp xml_escape`.split(/\s+/)
