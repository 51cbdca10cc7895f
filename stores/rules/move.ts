import { BroadsheetError } from '../../engine/errors.ts'

/** The table that a store has while it is moved into (stores/move), and no longer. */
export const moveTable = 'move'

/** The refusal to work on a store that only a part of the rows has arrived in. */
export const halfMoved = (place: string): BroadsheetError =>
  new BroadsheetError(
    'E_STORE',
    `The database ${place} holds a move that is not finished: give the same "broadsheet migrate" again, which goes on where it ended, and start then.`,
  )
