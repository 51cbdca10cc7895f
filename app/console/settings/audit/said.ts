import type { Words } from '../../words/index.tsx'

/** `campaign.start` for people: the thing and what was done to it, or the id of the operation where it has no words. */
export function said(action: string, words: Words['settings']['audit']): string {
  const parts = action.split('.')
  const verb = parts.at(-1)!
  const noun = parts.slice(0, -1).join('.')
  const thing = (words.things as { readonly [noun: string]: string })[noun]
  const deed = (words.deeds as { readonly [verb: string]: string })[verb]
  return thing === undefined || deed === undefined ? action : `${thing}: ${deed}`
}
