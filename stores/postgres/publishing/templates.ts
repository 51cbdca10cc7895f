import type { EpochMs, TemplateId } from '../../../engine/model/ids.ts'
import type { Template, TemplateVersionHead } from '../../../engine/model/template.ts'
import { keptTemplateVersions, type TemplateStore } from '../../../engine/ports/templates.ts'
import { pageOf } from '../../rules/page.ts'
import { createCollection } from '../collection.ts'
import { createValues, type Database, nested, type Tx, where } from '../database/sql.ts'

interface Row {
  readonly at: EpochMs
  readonly author: string | null
  readonly name: string
  readonly doc: Omit<Template, 'id' | 'name' | 'version' | 'createdAt' | 'updatedAt'>
}

// A node of before there were versions, during an update, leaves none of what it writes.
const known = `(
  SELECT template_id, version, at, author, name, doc FROM template_version
  UNION ALL
  SELECT id, version, updated_at, NULL, name, doc FROM template AS present
  WHERE NOT EXISTS (
    SELECT FROM template_version AS kept WHERE kept.template_id = present.id AND kept.version = present.version
  )
) AS known`

export function createTemplates(db: Database): TemplateStore {
  const templatesOn = (on: Database) =>
    createCollection<Template>(on, 'template', (tx, id) =>
      tx.run('DELETE FROM template_version WHERE template_id = $1', [id]),
    )

  return {
    ...templatesOn(db),
    insert(doc, now, author) {
      return db.tx(async (tx) => {
        const made = await templatesOn(nested(tx)).insert(doc, now)
        await keep(tx, made.id, author)
        return made
      })
    },
    update(id, version, doc, now, author) {
      return db.tx(async (tx) => {
        await keep(tx, id)
        const updated = await templatesOn(nested(tx)).update(id, version, doc, now)
        await keep(tx, id, author)
        await tx.run('DELETE FROM template_version WHERE template_id = $1 AND version <= $2', [
          id,
          updated.version - keptTemplateVersions,
        ])
        return updated
      })
    },
    async versions({ templateId, before, limit }) {
      const values = createValues()
      const rows = await db.all<TemplateVersionHead>(
        `SELECT version, at, author, name, doc ->> 'subject' AS subject, octet_length(doc::text) AS bytes
         FROM ${known}
         ${where(`template_id = ${values(templateId)}`, before !== null && `version < ${values(before)}`)}
         ORDER BY version DESC
         LIMIT ${values(limit + 1)}`,
        values.list,
      )
      return pageOf(rows, limit, ({ version }) => version)
    },
    async version(id, version) {
      const row = await db.one<Row>(
        `SELECT at, author, name, doc FROM ${known} WHERE template_id = $1 AND version = $2`,
        [id, version],
      )
      if (row === undefined) return null
      const { doc, ...rest } = row
      return { ...doc, ...rest, version }
    },
  }
}

/** Keep the present version, unless it is kept. */
async function keep(tx: Tx, id: TemplateId, author: string | null = null): Promise<void> {
  await tx.run(
    `INSERT INTO template_version (template_id, version, at, author, name, doc)
     SELECT id, version, updated_at, $2, name, doc FROM template WHERE id = $1
     ON CONFLICT DO NOTHING`,
    [id, author],
  )
}
