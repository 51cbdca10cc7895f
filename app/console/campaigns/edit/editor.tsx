import { Alert, Stack } from '@mantine/core'
import { IconInfoCircle } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect } from 'react'
import type { Campaign, Template } from '../../api/operations.ts'
import { markStale, read, useWrite } from '../../api/queries.ts'
import { Failed } from '../../parts/failed.tsx'
import { notifyDone, notifyFailed } from '../../parts/undo.tsx'
import { useCan } from '../../shell/session.tsx'
import { useWords } from '../../words/index.tsx'
import { inputOf } from '../campaign-input.ts'
import { useCampaignPlace } from '../place.ts'
import { Send } from '../send/send.tsx'
import { isOpen, type TabName } from '../tabs.ts'
import { AudienceCount, AudienceEditor } from './audience.tsx'
import { useDraft } from './draft.ts'
import style from './edit.module.css'
import { troublesOf } from './fields.tsx'
import { ItemsEditor } from './items.tsx'
import { LetterEditor } from './letter.tsx'
import { Preview, stranger, useLetter } from './preview.tsx'
import { SaveBar } from './save-bar.tsx'
import { SettingsEditor } from './settings.tsx'
import { type TemplateDraft, TemplateEditor, templateDraftOf } from './template.tsx'

const nothing: TemplateDraft = { subject: '', preheader: '', body: '', text: null }

/** A campaign as it is being written, with the letter that comes of it beside. What is not saved is shown in the letter already. */
export function CampaignEditor({
  campaign,
  tab,
  address = stranger,
}: {
  readonly campaign: Campaign
  readonly tab: TabName
  readonly address: string | undefined
}): ReactNode {
  const { campaigns: words, shell } = useWords()
  const client = useQueryClient()
  const { go } = useCampaignPlace()
  const can = useCan()
  const open = isOpen(campaign) && can('campaigns:write')
  const draft = useDraft(`broadsheet.campaign.${campaign.id}`, inputOf(campaign), campaign.version)
  const input = draft.value
  const kept = useQuery(read('GET /templates/{idOrName}', { path: { idOrName: input.template } }))
  const template = kept.data
  const source = useDraft(
    `broadsheet.template.${input.template}`,
    template === undefined ? nothing : templateDraftOf(template),
    template?.version ?? 0,
  )
  const sourceDirty = template !== undefined && source.dirty
  const saveCampaign = useWrite('PUT /campaigns/{idOrName}', 'GET /campaigns', 'GET /campaigns/{idOrName}')
  const saveTemplate = useWrite('PUT /templates/{idOrName}', 'GET /templates', 'GET /templates/{idOrName}')
  const letter = useLetter(
    campaign.id,
    address,
    can('campaigns:write') && (draft.dirty || sourceDirty)
      ? {
          ...(draft.dirty && { campaign: input }),
          ...(sourceDirty && { template: templateInput(template, source.value) }),
        }
      : undefined,
  )
  // Somebody else may have saved the template or the items: the letter is made anew when the page asks for them anyway.
  const version = `${campaign.version} ${template?.version ?? 0}`
  // biome-ignore lint/correctness/useExhaustiveDependencies: the versions are the news
  useEffect(() => {
    void client.invalidateQueries({ queryKey: ['POST /campaigns/{idOrName}/preview'] })
  }, [client, version])

  const save = async (
    over: { readonly campaign?: Campaign; readonly template?: Template } = {},
  ): Promise<void> => {
    if (sourceDirty) {
      const made = await saveTemplate.mutateAsync({
        path: { idOrName: template.id },
        version: over.template?.version ?? source.version,
        body: over.template
          ? templateInput(over.template, { ...templateDraftOf(over.template), ...source.change })
          : templateInput(template, source.value),
      })
      client.setQueryData(
        read('GET /templates/{idOrName}', { path: { idOrName: input.template } }).queryKey,
        made,
      )
      source.saved(made.version)
    }
    if (draft.dirty) {
      const made = await saveCampaign.mutateAsync({
        path: { idOrName: campaign.id },
        version: over.campaign?.version ?? draft.version,
        body: over.campaign ? { ...inputOf(over.campaign), ...draft.change } : input,
      })
      for (const idOrName of [campaign.name, made.name])
        client.setQueryData(read('GET /campaigns/{idOrName}', { path: { idOrName } }).queryKey, made)
      draft.saved(made.version)
      if (made.name !== campaign.name) go({}, { campaign: made.name, replace: true })
    }
    notifyDone(shell.actions.saved)
  }
  // What is refused stands in the bar.
  const attempt = (over?: Parameters<typeof save>[0]): void => void save(over).catch(() => undefined)
  const troubles = troublesOf(saveCampaign.error)
  const editor = { input, set: draft.set, troubles }
  const withLetter = tab === 'letter' || tab === 'template' || tab === 'items'
  // Over whatever is there by now; what nobody touched here stays as they saved it.
  const overwrite = async (): Promise<void> => {
    const present = { staleTime: 0 }
    const theirs = await client.fetchQuery({
      ...read('GET /campaigns/{idOrName}', { path: { idOrName: campaign.id } }),
      ...present,
    })
    const theirTemplate = sourceDirty
      ? await client.fetchQuery({
          ...read('GET /templates/{idOrName}', { path: { idOrName: template.id } }),
          ...present,
        })
      : null
    attempt({ campaign: theirs, ...(theirTemplate && { template: theirTemplate }) })
  }
  return (
    <Stack gap="md">
      {!open && tab !== 'send' && (
        <Alert color="gray" icon={<IconInfoCircle size={16} />} py={8}>
          {can('campaigns:write') ? words.edit.frozen(shell.states[campaign.state]) : words.edit.notYours}
        </Alert>
      )}
      <div className={withLetter || tab === 'audience' ? style.columns : undefined}>
        <fieldset disabled={!open} style={{ border: 0, margin: 0, padding: 0, minWidth: 0 }}>
          {tab === 'letter' && (
            <LetterEditor {...editor} template={template} onTemplate={() => go({ tab: 'template' })} />
          )}
          {tab === 'template' &&
            (kept.isError ? (
              <Failed error={kept.error} retry={() => void kept.refetch()} />
            ) : (
              template !== undefined && (
                <TemplateEditor
                  template={template}
                  draft={source.value}
                  set={source.set}
                  dataFields={Object.keys(input.data)}
                  readOnly={!open || !can('content:write')}
                />
              )
            ))}
          {tab === 'items' && <ItemsEditor {...editor} />}
          {tab === 'audience' && <AudienceEditor {...editor} />}
          {tab === 'settings' && <SettingsEditor {...editor} />}
          {tab === 'send' && <Send campaign={campaign} {...editor} dirty={draft.dirty || sourceDirty} />}
        </fieldset>
        {withLetter && (
          <div className={style.aside}>
            <Preview
              letter={letter}
              sender={input.sender}
              address={address}
              onAddress={(as) => go({ as: as === stranger ? undefined : as }, { replace: true })}
            />
          </div>
        )}
        {tab === 'audience' && (
          <div className={style.aside}>
            <AudienceCount input={input} />
          </div>
        )}
      </div>
      {open && (
        <SaveBar
          dirty={draft.dirty || sourceDirty}
          stale={draft.stale || (sourceDirty && source.stale)}
          saving={saveCampaign.isPending || saveTemplate.isPending}
          error={saveCampaign.error ?? saveTemplate.error}
          subject={sourceDirty && source.stale ? `template/${template.id}` : `campaign/${campaign.id}`}
          onSave={() => attempt()}
          onOverwrite={() => void overwrite().catch(notifyFailed)}
          onDiscard={() => {
            draft.discard()
            source.discard()
            saveCampaign.reset()
            saveTemplate.reset()
            void markStale(client, 'GET /campaigns/{idOrName}', 'GET /templates/{idOrName}')
          }}
        />
      )}
    </Stack>
  )
}

const templateInput = ({ name, kind, format, variants }: Template, draft: TemplateDraft) => ({
  name,
  kind,
  format,
  variants,
  ...draft,
})
