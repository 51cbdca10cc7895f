import { BroadsheetError } from '../../engine/errors.ts'

/** A port that a store does not have yet: each call says so. */
export const pending = <T extends object>(port: string): T =>
  new Proxy({} as T, {
    get: () => () => {
      throw new BroadsheetError('E_INTERNAL', `This store has no ${port} yet.`)
    },
  })
