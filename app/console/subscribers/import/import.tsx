import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useRef, useState } from 'react'
import { markStale } from '../../api/queries.ts'
import { FailedNote } from '../../parts/failed.tsx'
import { Page } from '../../parts/page.tsx'
import { useWords } from '../../words/index.tsx'
import { useDesktopFile } from './desktop.ts'
import { Drop } from './drop.tsx'
import { ImportsLink } from './imports-link.tsx'
import { Prepare } from './prepare.tsx'
import { Result } from './result.tsx'
import { Running } from './running.tsx'
import { type ImportQuery, type ImportResult, type UploadProgress, upload } from './upload.ts'

type Step =
  | { readonly at: 'choose'; readonly error?: Error }
  | { readonly at: 'prepare'; readonly file: File }
  | {
      readonly at: 'running'
      readonly file: File
      readonly query: ImportQuery
      readonly progress: UploadProgress
    }
  | { readonly at: 'done'; readonly name: string; readonly result: ImportResult }

/** A file becomes people: chosen, looked at, mapped, sent, told of. */
export function ImportSubscribers(): ReactNode {
  const words = useWords().subscribers
  const client = useQueryClient()
  const [step, setStep] = useState<Step>({ at: 'choose' })
  const stop = useRef(new AbortController())
  useDesktopFile((file) => {
    if (step.at !== 'running') setStep({ at: 'prepare', file })
  })

  const start = async (file: File, query: ImportQuery): Promise<void> => {
    stop.current = new AbortController()
    const begun = { sentBytes: 0, totalBytes: file.size, rows: null, rejected: null }
    setStep({ at: 'running', file, query, progress: begun })
    try {
      const result = await upload(
        'subscribers',
        file,
        { ...query, name: file.name },
        (progress) => setStep({ at: 'running', file, query, progress }),
        stop.current.signal,
      )
      setStep({ at: 'done', name: file.name, result })
    } catch (error) {
      const stopped = error instanceof DOMException
      setStep(stopped ? { at: 'prepare', file } : { at: 'choose', error: error as Error })
    } finally {
      await markStale(client, 'GET /subscribers', 'GET /lists', 'GET /imports')
    }
  }
  return (
    <Page
      title={words.import.title}
      crumbs={[{ label: words.title, to: '/subscribers' }]}
      about={step.at === 'choose' ? words.import.about : undefined}
      actions={<ImportsLink />}
    >
      {step.at === 'choose' && (
        <>
          {step.error !== undefined && <FailedNote error={step.error} />}
          <Drop onFile={(file) => setStep({ at: 'prepare', file })} />
        </>
      )}
      {step.at === 'prepare' && (
        <Prepare
          key={`${step.file.name} ${step.file.size} ${step.file.lastModified}`}
          file={step.file}
          onOther={() => setStep({ at: 'choose' })}
          onStart={(query) => void start(step.file, query)}
        />
      )}
      {step.at === 'running' && (
        <Running name={step.file.name} progress={step.progress} onStop={() => stop.current.abort()} />
      )}
      {step.at === 'done' && (
        <Result name={step.name} result={step.result} onAnother={() => setStep({ at: 'choose' })} />
      )}
    </Page>
  )
}
