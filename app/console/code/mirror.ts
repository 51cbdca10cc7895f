import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { html } from '@codemirror/lang-html'
import { closePercentBrace, liquid } from '@codemirror/lang-liquid'
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint'
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search'
import { Annotation, EditorState, type Extension } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view'
import { tags } from '@lezer/highlight'
import type { Words } from '../words/index.tsx'
import { completeLiquid, type LiquidContext } from './liquid.ts'

export interface Problem {
  /** Both from 1. */
  readonly line: number
  readonly column: number
  /** Characters; default: the word that stands there. */
  readonly length?: number
  readonly message: string
}

export interface MirrorOptions {
  readonly label: string
  readonly value: string
  readonly singleLine: boolean
  readonly readOnly: boolean
  readonly words: Words['code']
  readonly context: () => LiquidContext
  readonly onChange: (value: string) => void
}

const highlight = HighlightStyle.define([
  { tag: [tags.keyword, tags.controlKeyword, tags.operatorKeyword], color: 'var(--code-keyword)' },
  { tag: [tags.variableName, tags.propertyName, tags.attributeName], color: 'var(--code-name)' },
  { tag: [tags.string, tags.attributeValue], color: 'var(--code-text)' },
  { tag: [tags.number, tags.bool, tags.literal], color: 'var(--code-number)' },
  { tag: [tags.tagName, tags.function(tags.variableName)], color: 'var(--code-tag)' },
  { tag: [tags.comment, tags.meta, tags.angleBracket, tags.brace], color: 'var(--ink-soft)' },
])

const theme = EditorView.theme({
  '&': { fontSize: '12.5px', backgroundColor: 'var(--surface)', color: 'var(--ink)', height: '100%' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55' },
  '.cm-content': { caretColor: 'var(--ink)', padding: '6px 0' },
  '.cm-gutters': { backgroundColor: 'var(--surface)', color: 'var(--ink-soft)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': {
    backgroundColor: 'color-mix(in srgb, var(--line) 35%, transparent)',
  },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--mantine-primary-color-filled) 30%, transparent)',
  },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--surface)',
    border: '1px solid var(--line)',
    borderRadius: '6px',
    overflow: 'hidden',
  },
  '.cm-tooltip-autocomplete > ul > li': { padding: '3px 8px', fontFamily: 'var(--mono)' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--mantine-primary-color-filled)',
    color: '#fff',
  },
  '.cm-tooltip-autocomplete > ul > li[aria-selected] .cm-completionDetail': { color: '#fff' },
  '.cm-completionDetail': {
    fontStyle: 'normal',
    fontFamily: "'Inter Variable', sans-serif",
    color: 'var(--ink-soft)',
    marginLeft: '12px',
  },
  '.cm-completionIcon': { display: 'none' },
  '.cm-panels': { backgroundColor: 'var(--surface)', color: 'var(--ink)' },
})

/** An editor of CodeMirror in `parent`. Tab leaves it, as everywhere on the page. */
export function openMirror(parent: HTMLElement, options: MirrorOptions): EditorView {
  const { label, value, singleLine, readOnly, words, context, onChange } = options
  const several: Extension[] = [
    lineNumbers(),
    lintGutter(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    highlightSelectionMatches(),
  ]
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: value,
      extensions: [
        singleLine ? EditorState.transactionFilter.of((tr) => (tr.newDoc.lines > 1 ? [] : tr)) : several,
        history(),
        drawSelection(),
        closeBrackets(),
        closePercentBrace,
        bracketMatching(),
        EditorView.lineWrapping,
        autocompletion({ override: [completeLiquid(words, context)] }),
        liquid({ base: html({ matchClosingTags: false, autoCloseTags: false }) }),
        syntaxHighlighting(highlight),
        // Ctrl Enter saves: that is the form's.
        keymap.of([
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...defaultKeymap.filter(({ key }) => key !== 'Mod-Enter'),
          ...historyKeymap,
          ...(singleLine ? [] : searchKeymap),
        ]),
        EditorState.readOnly.of(readOnly),
        EditorView.contentAttributes.of({
          'aria-label': label,
          role: 'textbox',
          'aria-multiline': `${!singleLine}`,
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !update.transactions.some((tr) => tr.annotation(fromPage) === true))
            onChange(update.state.doc.toString())
        }),
        theme,
      ],
    }),
  })
  // What scrolls must scroll by keyboard, too, where nothing in it can be written.
  if (!singleLine) view.scrollDOM.tabIndex = 0
  return view
}

/** Marks what nobody typed: the page knows it already. */
const fromPage = Annotation.define<boolean>()

/** Replace the text where it is another one: what was typed here comes back from the page unchanged. */
export function setText(view: EditorView, value: string): void {
  const old = view.state.doc.toString()
  if (old !== value)
    view.dispatch({ changes: { from: 0, to: old.length, insert: value }, annotations: fromPage.of(true) })
}

export function showProblems(view: EditorView, problems: readonly Problem[]): void {
  const { doc } = view.state
  const marks = problems.map(({ line, column, length, message }): Diagnostic => {
    const at = doc.line(Math.max(1, Math.min(line, doc.lines)))
    const from = Math.min(at.from + Math.max(0, column - 1), at.to)
    const word = /^[^\s{}|]+/.exec(at.text.slice(from - at.from))?.[0].length ?? 1
    return { from, to: Math.min(from + (length ?? word), doc.length), severity: 'error', message }
  })
  view.dispatch(setDiagnostics(view.state, marks))
}
