/** What a line in the log says to whoever runs the daemon. */
export interface Meaning {
  readonly means: string
  /** Where somebody should do something: what. */
  readonly todo?: string
}

export interface Meanings {
  readonly [event: string]: Meaning
}
