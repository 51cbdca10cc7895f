export {
  type Budgets,
  type CompiledLetter,
  type CompileOptions,
  compileLetter,
  type LetterData,
  type RenderedLetter,
} from './letter.ts'
export { describeProblem, RenderError, type TemplateProblem } from './problem.ts'
