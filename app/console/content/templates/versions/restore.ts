import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type Answer, call, type Refusal } from '../../../api/client.ts'
import { markStale } from '../../../api/queries.ts'
import { notifyDone, notifyFailed } from '../../../parts/undo.tsx'
import { useFormat, useWords } from '../../../words/index.tsx'
import { type Draft, draftOf, type Template } from '../draft.ts'

export type Version = Answer<'GET /templates/{idOrName}/versions/{version}'>

export interface Restoring {
  readonly was: Version
  /** What it replaces. */
  readonly present: Version
  /** What is in the editor and not saved; null: nothing is. */
  readonly unsaved: Draft | null
  /** The version that `unsaved` was begun with, to make it one of its own first; null: it goes, and comes back with what was there. */
  readonly saveOn: number | null
}

/** What hears of it. */
export interface Writing {
  /** The editor's changes are a version now. */
  readonly onSaved: (kept: Template) => void
  /** With what the editor shall have in it. */
  readonly onRestored: (kept: Template, draft: Draft) => void
  readonly onTakenBack: (kept: Template, draft: Draft) => void
}

/** Write what a template was as its newest version. Its name stays: campaigns know it by that. A notice offers to write back what
 *  was there. */
export function useRestore(
  id: number,
  { onSaved, onRestored, onTakenBack }: Writing,
): ReturnType<typeof useMutation<{ there: Draft; kept: Template }, Refusal, Restoring>> {
  const { shell, content } = useWords()
  const words = content.templates.versions
  const format = useFormat()
  const client = useQueryClient()
  const put = async (draft: Draft, version: number): Promise<Template> => {
    const kept = await call('PUT /templates/{idOrName}', { path: { idOrName: id }, version, body: draft })
    await markStale(
      client,
      'GET /templates',
      'GET /templates/{idOrName}',
      'GET /templates/{idOrName}/versions',
    )
    return kept
  }
  const takeBack = async (there: Draft, version: number, unsaved: Draft | null): Promise<void> => {
    const kept = await put(there, version)
    onTakenBack(kept, unsaved ?? draftOf(kept))
    notifyDone(words.takenBack(format.count(kept.version)))
  }
  return useMutation<{ there: Draft; kept: Template }, Refusal, Restoring>({
    mutationFn: async ({ was, present, unsaved, saveOn }) => {
      let saved: Pick<Template, keyof Draft | 'version'> = present
      if (unsaved !== null && saveOn !== null) {
        const kept = await put(unsaved, saveOn)
        onSaved(kept)
        saved = kept
      }
      const there = draftOf(saved)
      return { there, kept: await put({ ...draftOf(was), name: there.name }, saved.version) }
    },
    onSuccess: ({ there, kept }, { was, unsaved, saveOn }) => {
      onRestored(kept, draftOf(kept))
      notifyDone(words.restored(format.count(was.version), format.count(kept.version)), {
        label: shell.actions.undo,
        act: () => void takeBack(there, kept.version, saveOn === null ? unsaved : null).catch(notifyFailed),
      })
    },
    // Somebody else's version is to be seen at once.
    onError: () => markStale(client, 'GET /templates/{idOrName}', 'GET /templates/{idOrName}/versions'),
  })
}
