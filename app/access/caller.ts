import type { Scope } from '../../engine/model/scope.ts'

/** Who asks: a stored key, somebody who signed in, or a command on this machine by a token of this process's own. */
export interface Caller {
  readonly kind: 'local' | 'key' | 'user'
  /** Of the key or the user; `local`. The same id may be there in another kind. */
  readonly id: string
  /** For people. */
  readonly name: string
  readonly scopes: ReadonlySet<Scope>
}

/** One text a caller, over all kinds. */
export const callerKey = ({ kind, id }: Caller): string => (kind === 'local' ? id : `${kind}:${id}`)
