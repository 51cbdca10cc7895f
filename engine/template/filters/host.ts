import type { Context, Liquid } from 'liquidjs'
import type { Run } from '../run.ts'

/** `this` of every filter, as LiquidJS calls them; `memoryLimit` is always our Run. */
export interface FilterHost {
  readonly context: Context
  readonly liquid: Liquid
  readonly token: unknown
}

export type Filter = (this: FilterHost, value: unknown, ...args: unknown[]) => unknown

export const runOf = (host: FilterHost): Run => host.context.memoryLimit as unknown as Run
