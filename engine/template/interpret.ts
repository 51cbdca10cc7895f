import {
  CaptureTag,
  Context,
  ForTag,
  IncludeTag,
  LayoutTag,
  type Liquid,
  RenderTag,
  TablerowTag,
  type Template,
  toValueSync,
} from 'liquidjs'
import type { Dialect } from './generate.ts'
import { registerLinkTags } from './links/tags.ts'
import type { Place } from './problem.ts'
import { failureAt, type Run } from './run.ts'
import type { Source } from './source.ts'
import { stripTags } from './strip-tags.ts'
import { createValues } from './values.ts'
import type { Roots, Workshop } from './workshop.ts'
import { createLiquid } from './workshop.ts'

type Emitter = Parameters<Template['render']>[1]
type TagArguments = ConstructorParameters<typeof ForTag>

/** A part that LiquidJS itself renders, for what the compiler does not know. Slower by a factor of twenty, with
 *  the same variables, filters and budgets. */
export function interpretPart(
  workshop: Workshop,
  source: Source,
  partials: ReadonlyMap<string, string>,
  { dialect, tracked }: { readonly dialect: Dialect; readonly tracked: boolean },
): (data: Roots) => string {
  const { run, tracker } = workshop
  const { text } = createValues(run)
  const liquid = createLiquid(workshop.filters, {
    templates: partials,
    ...(dialect === 'html' ? { outputEscape: 'escape' } : {}),
  })
  liquid.registerFilter('raw', {
    raw: true,
    handler: dialect === 'stripped' ? (value: unknown) => stripTags(text(value)) : (value: unknown) => value,
  })
  limitTags(liquid, run)
  if (tracked) registerLinkTags(liquid, tracker, () => new BoundedEmitter(run))
  const templates = liquid.parse(source.text)
  return (data) => {
    const context = new Context(
      {},
      liquid.options,
      { sync: true, globals: data as object },
      {
        liquid,
        memoryLimit: run as never,
        renderLimit: { check: () => run.clock(), use: () => undefined } as never,
      },
    )
    const emitter = new BoundedEmitter(run)
    try {
      toValueSync(liquid.renderer.renderTemplates(templates, context, emitter as unknown as Emitter))
    } catch (error) {
      throw failureAt(causeOf(error), placeOf(error), null)
    }
    return tracked ? emitter.buffer + tracker.tail() : emitter.buffer
  }
}

class BoundedEmitter {
  buffer = ''
  private readonly run: Run
  private readonly text: (value: unknown) => string

  constructor(run: Run) {
    this.run = run
    this.text = createValues(run).text
  }

  write(html: unknown): void {
    this.buffer += this.text(html)
    this.run.size(this.buffer.length)
  }
}

/** Loops count their turns, partials their depth, captures what they hold. */
function limitTags(liquid: Liquid, run: Run): void {
  /** Pay a turn each time the first template of a loop's body is rendered. */
  const counting = (templates: Template[]): void => {
    const first = templates[0]
    if (first === undefined) return
    templates[0] = {
      token: first.token,
      render(context: Context, emitter: Emitter): unknown {
        run.turn(0)
        return first.render(context, emitter)
      },
    }
  }
  liquid.registerTag(
    'for',
    class extends ForTag {
      constructor(...args: TagArguments) {
        super(...args)
        counting(this.templates)
      }
    },
  )
  liquid.registerTag(
    'tablerow',
    class extends TablerowTag {
      constructor(...args: TagArguments) {
        super(...args)
        counting(this.templates)
      }
    },
  )
  liquid.registerTag(
    'capture',
    class extends CaptureTag {
      override *render(context: Context): Generator<unknown, void, string> {
        const emitter = new BoundedEmitter(run)
        yield liquid.renderer.renderTemplates(this.templates, context, emitter as unknown as Emitter)
        run.use(emitter.buffer.length)
        context.bottom()[this.variable as never] = emitter.buffer as never
      }
    },
  )
  /** One level deeper while a tag renders what it takes in. */
  function* deeper(rendering: unknown): Generator<unknown, void, unknown> {
    run.enter()
    run.turn(0)
    yield* rendering as Generator<unknown, void, unknown>
    run.leave()
  }
  liquid.registerTag(
    'include',
    class extends IncludeTag {
      override *render(context: Context, emitter: Emitter): Generator<unknown, void, unknown> {
        yield* deeper(super.render(context, emitter))
      }
    },
  )
  liquid.registerTag(
    'render',
    class extends RenderTag {
      override *render(context: Context, emitter: Emitter): Generator<unknown, void, unknown> {
        yield* deeper(super.render(context, emitter))
      }
    },
  )
  liquid.registerTag(
    'layout',
    class extends LayoutTag {
      override *render(context: Context, emitter: Emitter): Generator<unknown, void, unknown> {
        yield* deeper(super.render(context, emitter))
      }
    },
  )
}

interface LiquidFailure {
  readonly originalError?: unknown
  readonly token?: { readonly file?: string; readonly begin: number }
}

/** LiquidJS wraps an error at every level; the innermost is what happened. */
function causeOf(error: unknown): unknown {
  const inner = (error as LiquidFailure | null)?.originalError
  return inner === undefined ? error : causeOf(inner)
}

function placeOf(error: unknown): Place {
  const { originalError, token } = error as LiquidFailure
  const inner = originalError === undefined ? undefined : (originalError as LiquidFailure).token
  if (inner !== undefined) return placeOf(originalError)
  return { file: token?.file ?? null, begin: token?.begin ?? 0 }
}
