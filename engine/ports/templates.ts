import type { Page, TemplateId } from '../model/ids.ts'
import type { Template, TemplateVersion, TemplateVersionHead } from '../model/template.ts'
import type { Authored } from './collection.ts'

/** Versions of a template that are kept, its present one among them. */
export const keptTemplateVersions = 100

/** Templates, and what they were. Invariants: whatever `insert` and `update` write is kept as that version in the same
 *  transaction, in which the oldest beyond `keptTemplateVersions` go; versions end with their template. Of what
 *  another node wrote that knows of no versions, the present one is there all the same, its author not known. */
export interface TemplateStore extends Authored<Template> {
  /** Newest first, without their parts: below `before`; null begins with the present one. */
  versions(query: {
    readonly templateId: TemplateId
    readonly before: number | null
    readonly limit: number
  }): Promise<Page<TemplateVersionHead>>
  /** Null: there was none, or it is no longer kept. */
  version(id: TemplateId, version: number): Promise<TemplateVersion | null>
}
