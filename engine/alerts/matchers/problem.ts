import type { LabelMatcher } from '../../model/follow.ts'

/** `at` counts UTF-16 units from the beginning of the text. */
export class MatcherProblem extends Error {
  readonly at: number
  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

export interface FoundMatcher extends LabelMatcher {
  readonly valueAt: number
}
