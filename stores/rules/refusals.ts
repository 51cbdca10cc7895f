import { BroadsheetError } from '../../engine/errors.ts'

// The refusals that every store makes alike, so that callers and people read the same words from each.

export const nameTaken = (what: string, name: string): BroadsheetError =>
  new BroadsheetError('E_EXISTS', `There is already a ${what} named "${name}": choose another name.`)

export const noSuch = (what: string, id: number): BroadsheetError =>
  new BroadsheetError('E_NOT_FOUND', `There is no ${what} ${id}.`)

export const versionMoved = (what: string, id: number, named: number, present: number): BroadsheetError =>
  new BroadsheetError(
    'E_CONFLICT',
    `The ${what} ${id} is at version ${present}, not ${named}: read it again and repeat the change.`,
  )

export const storeClosed = (): BroadsheetError => new BroadsheetError('E_STORE', 'The store is closed.')

export const editionTaken = (name: string, dueAt: number): BroadsheetError =>
  new BroadsheetError(
    'E_EXISTS',
    `Campaign "${name}" has had its edition of ${new Date(dueAt).toISOString()}: list them with "campaign editions".`,
  )
