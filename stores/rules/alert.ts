import { BroadsheetError } from '../../engine/errors.ts'
import type { AlertId } from '../../engine/model/ids.ts'

export const openAlready = (id: AlertId): BroadsheetError =>
  new BroadsheetError(
    'E_CONFLICT',
    `The alert ${id} cannot be open again: there is another one of its key by now.`,
  )
