import type { TemplateId } from '../../../engine/model/ids.ts'
import type { Template, TemplateVersion } from '../../../engine/model/template.ts'
import { keptTemplateVersions, type TemplateStore } from '../../../engine/ports/templates.ts'
import { pageOf } from '../../rules/page.ts'
import { createCollection } from '../collection.ts'

export function createTemplates(): TemplateStore {
  const versions = new Map<TemplateId, TemplateVersion[]>()
  const templates = createCollection<Template>('template', (id) => versions.delete(id))

  const keep = (template: Template, author: string | undefined): Template => {
    const { id, createdAt: _, updatedAt: at, ...rest } = template
    const newest = [{ ...rest, at, author: author ?? null }, ...(versions.get(id) ?? [])]
    versions.set(id, newest.slice(0, keptTemplateVersions))
    return template
  }

  return {
    ...templates,
    async insert(doc, now, author) {
      return keep(await templates.insert(doc, now), author)
    },
    async update(id, version, doc, now, author) {
      return keep(await templates.update(id, version, doc, now), author)
    },
    async versions({ templateId, before, limit }) {
      const rows = (versions.get(templateId) ?? [])
        .filter(({ version }) => before === null || version < before)
        .slice(0, limit + 1)
        .map(({ version, at, author, name, ...doc }) => ({
          version,
          at,
          author,
          name,
          subject: doc.subject,
          bytes: Buffer.byteLength(JSON.stringify(doc)),
        }))
      return pageOf(rows, limit, ({ version }) => version)
    },
    async version(id, wanted) {
      return versions.get(id)?.find(({ version }) => version === wanted) ?? null
    },
  }
}
