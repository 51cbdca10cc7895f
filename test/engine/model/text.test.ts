import { expect, test } from 'vitest'
import { itemInputSchema } from '../../../engine/model/item.ts'
import { signUpSchema } from '../../../engine/model/sign-up.ts'
import { subscriberInputSchema } from '../../../engine/model/subscriber.ts'

const item = { title: 'A', url: 'https://example.org/' }
const person = { address: 'ada@example.org' }
const schemas = {
  item: itemInputSchema,
  person: subscriberInputSchema,
  signUp: signUpSchema,
}

// PostgreSQL keeps neither: they are refused where they come in, whatever the store.
test.each(['a\0b', 'half \ud83d', '\ude00'])('no text has %j', (bad) => {
  const cases: [keyof typeof schemas, object, string][] = [
    ['person', { ...person, name: bad }, 'name'],
    ['person', { ...person, attributes: { plan: bad } }, 'attributes'],
    ['person', { ...person, attributes: { [bad]: 1 } }, 'attributes'],
    ['person', { ...person, attributes: { deep: { list: [1, [{ [bad]: 1 }]] } } }, 'attributes'],
    ['person', { ...person, attributes: { deep: [null, bad] } }, 'attributes'],
    ['signUp', { ...person, lists: ['news'], name: bad }, 'name'],
    ...(['key', 'title', 'summary', 'body', 'author'] as const).map(
      (field): [keyof typeof schemas, object, string] => ['item', { ...item, [field]: bad }, field],
    ),
    ['item', { ...item, url: `https://example.org/${bad}` }, 'url'],
    ['item', { ...item, imageUrl: `https://example.org/${bad}` }, 'imageUrl'],
  ]
  for (const [kind, input, field] of cases) {
    const issues = schemas[kind].safeParse(input).error?.issues ?? []
    expect(issues, `${kind} ${field}`).toMatchObject([
      { path: [field], message: expect.stringContaining('U+0000') },
    ])
  }
})

test('every other text is one, astral characters and controls included', () => {
  const name = 'Zoë 😀 \u0001\ufffd'
  expect(subscriberInputSchema.parse({ ...person, name, attributes: { [name]: [name] } })).toEqual({
    ...person,
    name,
    attributes: { [name]: [name] },
  })
})
