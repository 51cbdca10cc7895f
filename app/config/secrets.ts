import { join } from 'node:path'
import { addKey, ensureKeys, type KeyFile } from './key-file.ts'

export const secretsFile = (data: string): string => join(data, 'secrets')

const file = (data: string): KeyFile => ({
  path: secretsFile(data),
  minLength: 16,
  needed: 'links in letters that went out were signed with it',
})

/** The secrets of `<data>/secrets`, one a line, the signing one first; made at the first call.
 *  Losing this file breaks every link in letters that are already out: it belongs into the backup. */
export function ensureSecrets(data: string): { readonly secrets: readonly string[]; readonly made: boolean } {
  const { keys, made } = ensureKeys(file(data))
  return { secrets: keys, made }
}

/** A new signing secret; those from before go on verifying. All of them. */
export function rotateSecrets(data: string): readonly string[] {
  ensureSecrets(data)
  return addKey(file(data))
}
