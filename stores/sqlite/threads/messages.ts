import type { BroadsheetError } from '../../../engine/errors.ts'
import type { Role } from '../database/connection.ts'
import type { Parcel } from './wire.ts'

/** What a thread is started with. */
export interface ThreadStart {
  readonly role: Role
  readonly file: string
}

export interface Request {
  readonly id: number
  /** `port.method` */
  readonly call: string
  readonly args: Parcel
}

/** To a thread. `close`: answer what came before, then end. */
export type ToThread = Request | 'close'

export type Reply =
  | { readonly id: number; readonly ok: Parcel }
  | { readonly id: number; readonly error: ReturnType<BroadsheetError['toJSON']> }

/** From a thread. First `ready` or `refused`, then the replies of each group together. */
export type FromThread =
  | { readonly ready: { readonly migrated: readonly string[] } }
  | { readonly refused: ReturnType<BroadsheetError['toJSON']> }
  | { readonly replies: readonly Reply[] }
