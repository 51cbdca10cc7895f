import fc from 'fast-check'

// Random Liquid: every tag and filter, nested, over names that exist, names that do not, and values of
// every kind.

const awkward = fc.constantFrom(
  '',
  ' ',
  'a',
  '.',
  '..x',
  '<b>&"\'</b>',
  'Zoë – 🎉',
  'a=b',
  ' padded ',
  'line\nbreak\r\nand\rmore',
  '42',
  '-3.5',
  'hello world and some more words to fill a line with until it is really rather long',
  'x'.repeat(90),
  '\ud83d',
  'sea,science, ships',
)

export const json: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  leaf: fc.oneof(
    awkward,
    fc.string({ maxLength: 12 }),
    fc.integer({ min: -5, max: 20 }),
    fc.constantFrom(0, 1.5, -0.25, 1e21, 1e-7),
    fc.boolean(),
    fc.constant(null),
  ),
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    tie('leaf'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'x', 'size', 'first', 'title', 'key'), tie('value'), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
})).value as fc.Arbitrary<unknown>

const attributeNames = ['a', 'b', 'c', 'list', 'obj'] as const
export const attributes = fc.record(Object.fromEntries(attributeNames.map((name) => [name, json])), {
  requiredKeys: [],
  noNullPrototype: true,
})

const names = ['x', 'y', 'item', 'i', 'list', 'subject'] as const
const quoted = fc.constantFrom(
  "'a'",
  '"b"',
  "''",
  "' '",
  "'title'",
  "'price'",
  "'<i>'",
  "','",
  "'é=\\n.'",
  '"x.y"',
  "'sea'",
)
const numberText = fc.constantFrom('0', '1', '2', '3', '-1', '2.5', '10')

const root = fc.constantFrom(
  ...names,
  'subscriber',
  'subscriber.name',
  'subscriber.topics',
  'items',
  'items[0]',
  'items[-1].title',
  'items.first.topics',
  'campaign.data',
  ...attributeNames.map((name) => `subscriber.attributes.${name}`),
  ...attributeNames.map((name) => `campaign.data.${name}`),
  'forloop',
  'forloop.index',
  'forloop.last',
  'tablerowloop.col',
  'tablerowloop',
  'nobody',
)
const property = fc.constantFrom(
  '',
  '',
  '',
  '.a',
  '.b',
  '.title',
  '.size',
  '.first',
  '.last',
  '.key.x',
  '[0]',
  '[-1]',
  "['a']",
  '[x]',
  '[i]',
  '.length',
)
const path = fc.tuple(root, property).map(([start, step]) => start + step)
const literal = fc.constantFrom('true', 'false', 'nil', 'empty', 'blank', 'null')
const range = fc
  .tuple(fc.constantFrom('0', '1', '-1', 'x', 'items.size'), fc.constantFrom('2', '4', '3.5', 'y', 'i'))
  .map(([low, high]) => `(${low}..${high})`)
const operand = fc.oneof(
  { weight: 6, arbitrary: path },
  { weight: 2, arbitrary: quoted },
  { weight: 2, arbitrary: numberText },
  { weight: 1, arbitrary: literal },
  { weight: 1, arbitrary: range },
)
const comparison = fc.constantFrom('==', '!=', '<', '>', '<=', '>=', 'contains')
const expression = fc.oneof(
  { weight: 4, arbitrary: operand },
  { weight: 3, arbitrary: fc.tuple(operand, comparison, operand).map((parts) => parts.join(' ')) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('', 'not '), operand, fc.constantFrom('and', 'or'), operand, comparison, operand)
      .map(([not, a, junction, b, operator, c]) => `${not}${a} ${junction} ${b} ${operator} ${c}`),
  },
)

const noArguments = fc.constant('')
const some = (...args: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...args).map((list) => `: ${list.join(', ')}`)
const key = fc.constantFrom("'title'", "'price'", "'a'", "'topics'", "'x'", "'key.x'")

/** Filters by name, with arguments that make sense and some that do not. Dates and `sample` have tests of
 *  their own: LiquidJS reads the machine's clock, zone, language and dice. */
export const filterArguments: { readonly [name: string]: fc.Arbitrary<string> } = {
  abs: noArguments,
  append: some(operand),
  array_to_sentence_string: fc.oneof(noArguments, some(quoted)),
  at_least: some(numberText),
  at_most: some(operand),
  base64_decode: noArguments,
  base64_encode: noArguments,
  capitalize: noArguments,
  ceil: noArguments,
  cgi_escape: noArguments,
  compact: noArguments,
  concat: some(path),
  default: fc.oneof(
    some(operand),
    operand.map((value) => `: ${value}, allow_false: true`),
  ),
  divided_by: fc.oneof(
    some(numberText),
    numberText.map((value) => `: ${value}, true`),
  ),
  downcase: noArguments,
  escape: noArguments,
  escape_once: noArguments,
  find: fc.oneof(some(key), some(key, operand)),
  find_exp: some(quoted, fc.constantFrom("'item.price > 3'", "'item.x == x'")).map((args) =>
    args.replace(/^: [^,]+/, ": 'item'"),
  ),
  find_index: fc.oneof(some(key), some(key, operand)),
  find_index_exp: fc.constant(": 'item', 'item.price >= 10'"),
  first: noArguments,
  floor: noArguments,
  group_by: some(key),
  group_by_exp: fc.constant(": 'it', 'it.price | at_least: 5'"),
  has: fc.oneof(some(key), some(key, operand)),
  has_exp: fc.constant(": 'it', 'it.title contains x'"),
  hmac_sha256: some(quoted),
  inspect: noArguments,
  join: fc.oneof(noArguments, some(quoted), some(operand)),
  json: fc.oneof(noArguments, some(fc.constant('2'))),
  jsonify: noArguments,
  last: noArguments,
  lstrip: fc.oneof(noArguments, some(quoted)),
  map: some(key),
  minus: some(operand),
  modulo: some(numberText),
  newline_to_br: noArguments,
  normalize_whitespace: noArguments,
  number_of_words: fc.oneof(noArguments, some(fc.constantFrom("'cjk'", "'auto'"))),
  plus: some(operand),
  pop: noArguments,
  prepend: some(operand),
  push: some(operand),
  raw: noArguments,
  reject: fc.oneof(some(key), some(key, operand)),
  reject_exp: fc.constant(": 'it', 'it.price == nil'"),
  remove: some(quoted),
  remove_first: some(operand),
  remove_last: some(quoted),
  replace: some(quoted, quoted),
  replace_first: some(quoted, operand),
  replace_last: some(quoted, quoted),
  reverse: noArguments,
  round: fc.oneof(noArguments, some(numberText)),
  rstrip: fc.oneof(noArguments, some(quoted)),
  sha256: noArguments,
  shift: noArguments,
  size: noArguments,
  slice: fc.oneof(some(numberText), some(numberText, numberText)),
  slugify: fc.oneof(noArguments, some(fc.constantFrom("'latin'", "'ascii'", "'none'", "'raw'", "'pretty'"))),
  sort: fc.oneof(noArguments, some(key)),
  sort_natural: noArguments,
  split: some(quoted),
  squish: noArguments,
  strip: fc.oneof(noArguments, some(quoted)),
  strip_html: noArguments,
  strip_newlines: noArguments,
  sum: fc.oneof(noArguments, some(key)),
  times: some(operand),
  to_integer: noArguments,
  truncate: fc.oneof(noArguments, some(numberText), some(numberText, quoted)),
  truncatewords: fc.oneof(noArguments, some(numberText), some(numberText, quoted)),
  uniq: noArguments,
  unshift: some(operand),
  upcase: noArguments,
  uri_escape: noArguments,
  url_decode: noArguments,
  url_encode: noArguments,
  where: fc.oneof(some(key), some(key, operand)),
  where_exp: fc.constant(": 'it', 'it.price > 3 or it.a'"),
  xml_escape: noArguments,
}

const filter = fc
  .constantFrom(...Object.keys(filterArguments))
  .chain((name) => filterArguments[name]!.map((args) => ` | ${name}${args}`))
const filters = fc.array(filter, { maxLength: 3 }).map((list) => list.join(''))
const value = fc.tuple(expression, filters).map((parts) => parts.join(''))

const variable = fc.constantFrom('x', 'y', 'list')
const loopVariable = fc.constantFrom('item', 'i', 'x')
const dash = fc.constantFrom('', '', '', '-')
const text = fc.oneof(
  fc.constantFrom(' ', '\n', '\n\n', '.', 'word', '<p class="a">', '</p>\r\n', ' = ', 'Zoë', '  \n  '),
  awkward.map((piece) => piece.replaceAll(/[{}%]/g, '')),
)

const limits = fc
  .subarray(['limit: 2', 'offset: 1', 'reversed', 'limit: x', 'offset: continue', 'offset: -1'], {
    maxLength: 2,
  })
  .map((list) => (list.length === 0 ? '' : ` ${list.join(' ')}`))

/** `loop`: inside a `for` of the same file, where break and continue are meant. */
const tag = (inner: (loop: boolean) => fc.Arbitrary<string>, loop: boolean): fc.Arbitrary<string> => {
  const body = inner(loop)
  return fc.oneof(
    { weight: 8, arbitrary: fc.tuple(dash, value, dash).map(([a, shown, b]) => `{{${a} ${shown} ${b}}}`) },
    {
      weight: 3,
      arbitrary: fc
        .tuple(dash, variable, value, dash)
        .map(([a, name, it, b]) => `{%${a} assign ${name} = ${it} ${b}%}`),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(variable, body).map(([name, it]) => `{% capture ${name} %}${it}{% endcapture %}`),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(expression, body, expression, body, body, dash)
        .map(
          ([a, b, c, d, e, f]) => `{% if ${a} ${f}%}${b}{% elsif ${c} %}${d}{%${f} else %}${e}{% endif %}`,
        ),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(value, body, body)
        .map(([a, b, c]) => `{% unless ${a} %}${b}{% else %}${c}{% endunless %}`),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(value, operand, quoted, body, operand, body, body)
        .map(
          ([a, b, c, d, e, f, g]) =>
            `{% case ${a} %}{% when ${b}, ${c} %}${d}{% when ${e} %}${f}{% else %}${g}{% endcase %}`,
        ),
    },
    {
      weight: 4,
      arbitrary: fc
        .tuple(loopVariable, fc.oneof(path, range, fc.constant('items')), limits, inner(true), body, dash)
        .map(([a, b, c, d, e, f]) => `{%${f} for ${a} in ${b}${c} %}${d}{% else %}${e}{%${f} endfor %}`),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          loopVariable,
          path,
          fc.constantFrom('', ' cols: 2', ' cols: x', ' limit: 2 offset: 1', ' cols: 1'),
          inner(false),
        )
        .map(([a, b, c, d]) => `{% tablerow ${a} in ${b}${c} %}${d}{% endtablerow %}`),
    },
    { weight: 1, arbitrary: fc.tuple(value, quoted).map(([a, b]) => `{% cycle ${b}, ${a} %}`) },
    {
      weight: 1,
      arbitrary: fc.tuple(quoted, numberText).map(([a, b]) => `{% cycle 'g': ${b}, ${a}, '<c>' | raw %}`),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('increment', 'decrement'), fc.constantFrom('x', 'count', 'items'))
        .map(([a, b]) => `{% ${a} ${b} %}`),
    },
    { weight: 1, arbitrary: value.map((it) => `{% echo ${it} %}`) },
    {
      weight: 1,
      arbitrary: value.map(
        (it) => `{% liquid\n assign y = ${it.replaceAll('\n', ' ')}\n echo y\n if y\n echo 'yes'\n endif %}`,
      ),
    },
    { weight: 1, arbitrary: body.map((it) => `{% comment %}${it}{% endcomment %}{% # noted %}`) },
    { weight: 1, arbitrary: fc.constant('{% raw %}{{ not }} {% a tag %}{% endraw %}') },
    {
      weight: 1,
      arbitrary: fc
        .tuple(path, value)
        .map(([a, b]) => `{% render 'card', item: ${a}, x: ${b.split(' | ')[0]} %}`),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        "{% render 'card' with items[1] as item %}",
        "{% render 'card' for items as item %}",
        "{% render 'row', y: 1 %}",
      ),
    },
    { weight: 1, arbitrary: operand.map((it) => `{% include 'row', y: ${it} %}`) },
    {
      weight: 1,
      arbitrary: fc.constantFrom("{% include 'row' with items %}", "{% include 'card', item: items[0] %}"),
    },
    { weight: 1, arbitrary: body.map((it) => `{% block one %}${it}{{ block.super }}{% endblock %}`) },
    ...(loop
      ? [{ weight: 2, arbitrary: fc.constantFrom('{% if i == 2 %}{% break %}{% endif %}', '{% continue %}') }]
      : []),
  )
}

const nodes = (depth: number, loop: boolean): fc.Arbitrary<string> =>
  depth === 0
    ? text
    : fc
        .array(
          fc.oneof(
            { weight: 1, arbitrary: text },
            { weight: 2, arbitrary: tag((inLoop) => nodes(depth - 1, inLoop), loop) },
          ),
          {
            maxLength: depth + 2,
          },
        )
        .map((list) => list.join(''))

export const template: fc.Arbitrary<string> = fc
  .tuple(fc.boolean(), nodes(3, false), nodes(2, false))
  .map(([withLayout, body, block]) =>
    withLayout
      ? `{% layout 'frame', title: 'T' %}${body}{% block main %}${block}{{ block.super | raw }}{% endblock %}`
      : body,
  )

export const partials = {
  card: '<li>{{ item.title | default: "none" }} {{ x }}{% assign x = item.title %}{{ forloop.index }}{{ subscriber.name }}</li>',
  row: '[{{ y }}{{ x }}{{ row[0].title }}{% assign y = "set" %}{{ y }}{% increment count %}]',
  frame:
    '<html>{{ title }}{{ x }}{% block one %}one{% endblock %}<body>\n{% block main %}base {{ y }}{% endblock %}{% block %}{% endblock %}</body></html>\n',
} as const
