import type { EpochMs, TemplateId } from '../../../engine/model/ids.ts'
import type { Template, TemplateVersionHead } from '../../../engine/model/template.ts'
import { keptTemplateVersions, type TemplateStore } from '../../../engine/ports/templates.ts'
import { pageOf } from '../../rules/page.ts'
import { createCollection } from '../collection.ts'
import { type Sql, where } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'

interface Row {
  readonly at: EpochMs
  readonly author: string | null
  readonly name: string
  readonly doc: string
}

export function createTemplates(sql: Sql): Sync<TemplateStore> {
  const templates = createCollection<Template>(sql, 'template', (id) => {
    sql<[number]>('DELETE FROM template_version WHERE template_id = ?').run(id)
  })

  const keep = (template: Template, author: string | undefined): Template => {
    const { id, version } = template
    sql<[object]>(
      `INSERT INTO template_version (template_id, version, at, author, name, doc)
       SELECT id, version, updated_at, :author, name, doc FROM template WHERE id = :id`,
    ).run({ id, author: author ?? null })
    sql<[number, number]>('DELETE FROM template_version WHERE template_id = ? AND version <= ?').run(
      id,
      version - keptTemplateVersions,
    )
    return template
  }

  return {
    ...templates,
    insert(doc, now, author) {
      return keep(templates.insert(doc, now), author)
    },
    update(id, version, doc, now, author) {
      return keep(templates.update(id, version, doc, now), author)
    },
    versions({ templateId, before, limit }) {
      const rows = sql<[object], TemplateVersionHead>(
        `SELECT version, at, author, name, doc ->> 'subject' AS subject, length(CAST(doc AS BLOB)) AS bytes
         FROM template_version
         ${where('template_id = :templateId', before !== null && 'version < :before')}
         ORDER BY version DESC
         LIMIT :rows`,
      ).all({ templateId, before, rows: limit + 1 })
      return pageOf(rows, limit, ({ version }) => version)
    },
    version(id, version) {
      const row = sql<[TemplateId, number], Row>(
        'SELECT at, author, name, doc FROM template_version WHERE template_id = ? AND version = ?',
      ).get(id, version)
      if (row === undefined) return null
      const { doc, ...rest } = row
      return { ...JSON.parse(doc), ...rest, version }
    },
  }
}
