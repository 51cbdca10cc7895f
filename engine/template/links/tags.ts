import {
  type Context,
  type Emitter,
  type Liquid,
  type Parser,
  Tag,
  type TagToken,
  type Template,
  type TopLevelToken,
} from 'liquidjs'
import type { Quote } from './target.ts'
import type { Tracker } from './tracker.ts'

/** Around the value of an `href`; what it stands between is its argument. Authors cannot write it: what they write is parsed without. */
export const hrefTag = 'tracked_href'
/** Where the pixel goes. */
export const pixelTag = 'tracked_pixel'

/** Teach a LiquidJS our tags. `createEmitter` makes what a part of the text is collected in. */
export function registerLinkTags(
  liquid: Liquid,
  tracker: Tracker,
  createEmitter: () => { readonly buffer: string },
): void {
  liquid.registerTag(
    hrefTag,
    class extends Tag {
      readonly quote: Quote
      readonly templates: Template[] = []

      constructor(token: TagToken, rest: TopLevelToken[], liquid: Liquid, parser: Parser) {
        super(token, rest, liquid)
        this.quote = token.args as Quote
        for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
          if ((next as TagToken).name === `end${hrefTag}`) return
          this.templates.push(parser.parseToken(next, rest))
        }
        throw new Error(`tag ${token.getText()} not closed`)
      }

      override *render(context: Context, emitter: Emitter): Generator<unknown, void, string> {
        const own = createEmitter()
        yield liquid.renderer.renderTemplates(this.templates, context, own as unknown as Emitter)
        emitter.write(tracker.address(own.buffer, this.quote))
      }
    },
  )
  liquid.registerTag(
    pixelTag,
    class extends Tag {
      override render(_context: Context, emitter: Emitter): void {
        emitter.write(tracker.tail())
      }
    },
  )
}
