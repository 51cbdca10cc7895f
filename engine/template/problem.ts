/** A place in a template that is wrong. `line` and `column` count from 1 in the part's source. */
export interface TemplateProblem {
  /** The letter's template, or the layout or partial in which it happened. */
  readonly template: string
  readonly part: 'subject' | 'preheader' | 'body' | 'text'
  readonly language: string | null
  readonly line: number
  readonly column: number
  /** The variable or expression concerned, where there is one. */
  readonly variable: string | null
  readonly message: string
}

/** A letter that could not be made, and where. The message names all of it on one line. */
export class RenderError extends Error {
  readonly problem: TemplateProblem

  constructor(problem: TemplateProblem) {
    super(describeProblem(problem))
    this.name = 'RenderError'
    this.problem = problem
  }
}

/** `welcome, body (de), line 3, column 7: ...` */
export function describeProblem(problem: TemplateProblem): string {
  const language = problem.language === null ? '' : ` (${problem.language})`
  return `${problem.template}, ${problem.part}${language}, line ${problem.line}, column ${problem.column}: ${problem.message}`
}

/** Where something stands: the file's name (null: the part itself) and an offset into its source. */
export interface Place {
  readonly file: string | null
  readonly begin: number
}

/** Something wrong at a place, before it is known which letter, part and line that is. */
export interface Finding {
  readonly place: Place
  readonly variable: string | null
  readonly message: string
}

/** Thrown while compiling or rendering; becomes a RenderError once the part is known. */
export class FindingError extends Error {
  readonly finding: Finding

  constructor(finding: Finding) {
    super(finding.message)
    this.name = 'FindingError'
    this.finding = finding
  }
}
