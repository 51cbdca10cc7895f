import { z } from 'zod'
import { BroadsheetError } from '../../../engine/errors.ts'

/** A PUT says which version it replaces, so that nobody's change is lost unseen: by `If-Match` with the
 *  ETag that a GET gave, or by `?version=`. `If-Match: *` replaces whatever is there. */
export const versionQuery = z.strictObject({
  version: z
    .string()
    .regex(/^[1-9]\d{0,9}$/, 'must be a version, e.g. 3')
    .transform(Number)
    .optional()
    .describe('The version that this replaces; instead of `If-Match`.'),
})

export const versionHeaders = z.object({
  'if-match': z
    .string()
    .max(64)
    .optional()
    .describe('The ETag of the version that this replaces, e.g. `"3"`; `*` for any.'),
})

export const etagOf = (document: { readonly version: number }): string => `"${document.version}"`

/** The version to replace. Rejects with E_INPUT when the request names none. */
export function versionOf(
  request: {
    readonly query: { version?: number | undefined }
    readonly headers: { 'if-match'?: string | undefined }
  },
  present: { readonly version: number },
): number {
  const match = request.headers['if-match']?.trim()
  if (match === undefined) {
    if (request.query.version !== undefined) return request.query.version
    throw refuse(
      'is missing: say which version this replaces, as If-Match: "3" or ?version=3 (the ETag of a GET)',
    )
  }
  if (match === '*') return present.version
  const version = /^(?:W\/)?"?([1-9]\d{0,9})"?$/.exec(match)?.[1]
  if (version === undefined) throw refuse('must be an ETag as a GET gives it, e.g. "3", or *')
  return Number(version)
}

const refuse = (message: string): BroadsheetError =>
  new BroadsheetError('E_INPUT', `header.if-match ${message}.`, {
    issues: [{ path: 'header.if-match', message }],
  })
