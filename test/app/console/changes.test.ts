import { describe, expect, it } from 'vitest'
import { changesOf, foldsOf } from '../../../app/console/content/templates/versions/changes.ts'
import { compareLines } from '../../../app/console/content/templates/versions/lines.ts'

const draft = {
  name: 'weekly',
  kind: 'letter',
  format: 'html',
  subject: 'News',
  preheader: '',
  body: 'one\ntwo',
  text: null,
  variants: { de: { subject: 'Neues', preheader: '', body: 'eins', text: null } },
}

describe('what became of a template', () => {
  it('is told part by part, the template itself before its languages, and only what differs', () => {
    const after = {
      ...draft,
      name: 'daily',
      format: 'mjml',
      body: 'one\n2',
      text: '',
      variants: {
        fr: { subject: 'Nouvelles', preheader: '', body: 'un', text: null },
      },
    }
    const { facts, parts } = changesOf(draft, after)
    expect(facts).toEqual([
      { fact: 'name', before: 'weekly', after: 'daily' },
      { fact: 'format', before: 'html', after: 'mjml' },
    ])
    expect(parts.map(({ part, language, added, removed }) => [language, part, added, removed])).toEqual([
      [null, 'body', 1, 1],
      ['fr', 'subject', 1, 0],
      ['fr', 'body', 1, 0],
      ['de', 'subject', 0, 1],
      ['de', 'body', 0, 1],
    ])
    expect(changesOf(draft, structuredClone(draft))).toEqual({ facts: [], parts: [] })
  })

  it('folds what is alike far from a change, where that saves room', () => {
    const lines = (count: number, name: string) =>
      Array.from({ length: count }, (_, index) => `${name}${index}`)
    const of = (before: readonly string[], after: readonly string[]) =>
      foldsOf(compareLines(before.join('\n'), after.join('\n'))).map((fold) => [
        fold.folded,
        fold.lines.length,
      ])
    const [head, tail] = [lines(20, 'a'), lines(6, 'b')]
    expect(of([...head, 'x', ...tail], [...head, 'y', ...tail])).toEqual([
      [true, 17],
      [false, 8],
      [false, 3],
    ])
    expect(of(head, head)).toEqual([[true, 20]])
  })
})
