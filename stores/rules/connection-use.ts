/** How a pool of connections, or of threads, is used: those at work, those at rest, calls that wait for one. */
export interface ConnectionUse {
  readonly used: number
  readonly idle: number
  readonly waiting: number
  readonly max: number
}
