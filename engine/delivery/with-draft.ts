import type { CampaignInput } from '../model/campaign.ts'
import type { Template, TemplateInput } from '../model/template.ts'
import type { TemplateStore } from '../ports/templates.ts'

/** What somebody is writing, before it is kept: either may be left out. The template is one by its name, that of the campaign
 *  or a layout or partial of it. */
export interface CampaignDraft {
  readonly campaign?: CampaignInput | undefined
  readonly template?: TemplateInput | undefined
}

/** The templates as they would be with `draft` among them. Only reads that a letter is made with see it. */
export function withDraft(templates: TemplateStore, draft: TemplateInput): TemplateStore {
  const kept: Template = { ...draft, id: 0 as Template['id'], version: 0, createdAt: 0, updatedAt: 0 }
  const others = (rows: readonly Template[]): readonly Template[] =>
    rows.filter(({ name }) => name !== draft.name)
  return {
    ...templates,
    async byName(names) {
      const rows = others(await templates.byName(names))
      return names.includes(draft.name) ? [...rows, kept] : rows
    },
    async page(query) {
      const page = await templates.page(query)
      return { ...page, rows: query.after === 0 ? [...others(page.rows), kept] : others(page.rows) }
    },
  }
}
