import { describe, expect, test } from 'vitest'
import { type TemplateInput, templateInputSchema } from '../../../../engine/model/template.ts'
import { keptTemplateVersions } from '../../../../engine/ports/templates.ts'
import { fresh, now, type OpenStore, useStore } from '../fixtures.ts'

export function testTemplates(open: OpenStore): void {
  describe('versions of templates', () => {
    const store = useStore(open)
    const input = (more: Partial<TemplateInput> = {}) =>
      templateInputSchema.parse({
        name: fresh('template'),
        subject: 'Grüße',
        body: 'Dear {{ subscriber.name }}',
        variants: { de: { body: 'Liebe' } },
        ...more,
      })
    const page = (templateId: Parameters<ReturnType<typeof store>['templates']['get']>[0], limit = 9) =>
      store().templates.versions({ templateId, before: null, limit })

    test('are what was written, by whom and when, newest first', async () => {
      const first = input()
      const second = input({ subject: 'Later', text: 'By hand' })
      const { id } = await store().templates.insert(first, now, 'ada@paper.example')
      await store().templates.update(id, 1, second, now + 5)
      const { rows, next } = await page(id)
      const { name: _, ...parts } = first
      expect({ rows, next }).toEqual({
        rows: [
          {
            version: 2,
            at: now + 5,
            author: null,
            name: second.name,
            subject: 'Later',
            bytes: expect.any(Number),
          },
          {
            version: 1,
            at: now,
            author: 'ada@paper.example',
            name: first.name,
            subject: 'Grüße',
            bytes: Buffer.byteLength(JSON.stringify(parts)),
          },
        ],
        next: null,
      })
      expect(await store().templates.version(id, 1)).toEqual({
        ...first,
        version: 1,
        at: now,
        author: 'ada@paper.example',
      })
      expect(await store().templates.version(id, 2)).toMatchObject({ ...second, author: null })
      expect(await store().templates.version(id, 3)).toBeNull()
    })

    test('are read page by page, those of one template alone', async () => {
      const { id } = await store().templates.insert(input(), now)
      const other = await store().templates.insert(input(), now)
      for (const version of [1, 2]) await store().templates.update(id, version, input(), now)
      const first = await page(id, 2)
      expect([first.rows.map(({ version }) => version), first.next]).toEqual([[3, 2], 2])
      const rest = await store().templates.versions({ templateId: id, before: first.next, limit: 2 })
      expect([rest.rows.map(({ version }) => version), rest.next]).toEqual([[1], null])
      expect((await page(other.id)).rows).toHaveLength(1)
    })

    test('a change that is refused leaves none', async () => {
      const taken = await store().templates.insert(input(), now)
      const { id } = await store().templates.insert(input(), now)
      const { templates } = store()
      await expect(templates.update(id, 7, input(), now)).rejects.toMatchObject({ code: 'E_CONFLICT' })
      await expect(templates.update(id, 1, input({ name: taken.name }), now)).rejects.toMatchObject({
        code: 'E_EXISTS',
      })
      await expect(templates.insert(input({ name: taken.name }), now)).rejects.toMatchObject({
        code: 'E_EXISTS',
      })
      expect((await page(id)).rows).toHaveLength(1)
      expect((await page(taken.id)).rows).toHaveLength(1)
    })

    test('the newest are kept, and the oldest go', async () => {
      const { id } = await store().templates.insert(input(), now)
      for (let version = 1; version <= keptTemplateVersions; version += 1)
        await store().templates.update(id, version, input(), now + version)
      const { rows } = await page(id, 1000)
      expect([rows.length, rows[0]?.version, rows.at(-1)?.version]).toEqual([
        keptTemplateVersions,
        keptTemplateVersions + 1,
        2,
      ])
      expect(await store().templates.version(id, 1)).toBeNull()
    })

    test('end with their template', async () => {
      const { id } = await store().templates.insert(input(), now)
      expect(await store().templates.remove(id)).toBe(true)
      expect((await page(id)).rows).toEqual([])
      expect(await store().templates.version(id, 1)).toBeNull()
    })
  })
}
