import { BroadsheetError } from '../../../../engine/errors.ts'
import type { LabelMatcher } from '../../../../engine/model/follow.ts'

/** `team="db"`, `host=~"web-.*"`, `{a="b", c!="d"}`: as Alertmanager reads them. */
export async function readMatchers(texts: readonly string[]): Promise<readonly LabelMatcher[]> {
  // Loaded only now: few commands need a regular expression engine.
  const { parseMatchers } = await import('../../../../engine/alerts/matchers/text.ts')
  return texts.flatMap((text) => {
    const read = parseMatchers(text)
    if ('ok' in read) return read.ok.map(({ name, operator, value }) => ({ name, operator, value }))
    const said = read.error.replace(/\.$/, '')
    throw new BroadsheetError(
      'E_INPUT',
      `This condition cannot be read: ${said}.\n  ${text}\n  ${' '.repeat(read.at)}^\nWrite for example 'team="db"' or 'host=~"web-.*"'.`,
    )
  })
}

export const matchersText = (matchers: readonly LabelMatcher[]): string =>
  matchers.map(({ name, operator, value }) => `${name}${operator}${JSON.stringify(value)}`).join(' ')
