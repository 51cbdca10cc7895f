import { Box, Group, Loader, SegmentedControl, Text } from '@mantine/core'
import { useDebouncedValue, useElementSize } from '@mantine/hooks'
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { type Answer, call, type Given, Refusal } from '../../api/client.ts'
import { FailedNote } from '../../parts/failed.tsx'
import { inScheme } from '../../parts/in-scheme.ts'
import { useWords } from '../../words/index.tsx'
import style from './edit.module.css'
import { Picks } from './picks.tsx'
import { ReaderPicker } from './reader-picker.tsx'

export type Letter = Answer<'POST /campaigns/{idOrName}/preview'>
export type LetterDraft = Given<'POST /campaigns/{idOrName}/preview'>['body']['draft']
/** Somebody of whom nothing is known. */
export const stranger = 'reader@example.org'
const pauseMs = 350

export function useLetter(
  campaign: string | number,
  address: string,
  draft: LetterDraft | undefined,
): UseQueryResult<Letter, Error> {
  const [asked] = useDebouncedValue(JSON.stringify({ address, ...(draft && { draft }) }), pauseMs)
  return useQuery({
    queryKey: ['POST /campaigns/{idOrName}/preview', campaign, asked],
    queryFn: ({ signal }) =>
      call('POST /campaigns/{idOrName}/preview', {
        path: { idOrName: campaign },
        body: JSON.parse(asked) as { address: string },
        signal,
      }),
    placeholderData: keepPreviousData,
    retry: false,
  })
}

type Width = 'desktop' | 'phone' | 'text'

/** One person's letter, as their mail program would show it: the line in the inbox, then the letter, and what was chosen for them. */
export function Preview({
  letter,
  sender,
  address,
  onAddress,
}: {
  readonly letter: UseQueryResult<Letter, Error>
  readonly sender: { readonly name: string; readonly address: string }
  readonly address: string
  readonly onAddress: (address: string) => void
}): ReactNode {
  const words = useWords().campaigns.preview
  const [width, setWidth] = useState<Width>('desktop')
  const [dark, setDark] = useState(false)
  const shown = letter.data
  return (
    <Box component="section" aria-label={words.title}>
      <Group justify="space-between" gap="xs" mb="xs">
        <ReaderPicker value={address} onChange={onAddress} />
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            aria-label={words.width}
            data={[
              { value: 'desktop', label: words.desktop },
              { value: 'phone', label: words.phone },
              { value: 'text', label: words.text },
            ]}
            value={width}
            onChange={(next) => setWidth(next as Width)}
          />
          <SegmentedControl
            size="xs"
            aria-label={words.scheme}
            data={[
              { value: 'light', label: words.light },
              { value: 'dark', label: words.dark },
            ]}
            value={dark ? 'dark' : 'light'}
            disabled={width === 'text'}
            onChange={(next) => setDark(next === 'dark')}
          />
        </Group>
      </Group>
      <div className={style.letter} aria-busy={letter.isFetching}>
        <InboxLine sender={sender} subject={shown?.subject} preheader={shown?.preheader} />
        <div className={style.stage}>
          {letter.isError ? (
            <Box p="md" w="100%" style={{ overflow: 'auto' }}>
              <FailedNote error={letter.error} />
            </Box>
          ) : shown === undefined ? (
            <Loader size="sm" m="auto" aria-label={words.loading} />
          ) : width === 'text' ? (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
            <section className={style.plain} tabIndex={0} aria-label={words.text}>
              {shown.text}
            </section>
          ) : (
            <LetterFrame html={shown.html} dark={dark} phone={width === 'phone'} title={shown.subject} />
          )}
        </div>
      </div>
      {shown !== undefined && !letter.isError && <Picks picks={shown.picks} />}
      {shown !== undefined && shown.interpreted.length > 0 && (
        <Text size="xs" c="dimmed" mt={6}>
          {words.interpreted(shown.interpreted.map(({ part }) => part).join(', '))}
        </Text>
      )}
    </Box>
  )
}

const InboxLine = ({
  sender,
  subject,
  preheader,
}: {
  readonly sender: { readonly name: string; readonly address: string }
  readonly subject: string | undefined
  readonly preheader: string | undefined
}): ReactNode => (
  <div className={style.inbox}>
    <span className={style.face} aria-hidden>
      {(sender.name || sender.address).slice(0, 1).toUpperCase()}
    </span>
    <Text size="sm" fw={600} truncate>
      {sender.name || sender.address}
    </Text>
    <span />
    <Text size="sm" truncate style={{ gridColumn: '2 / 4' }} mih={19}>
      <span data-subject style={{ fontWeight: 550 }}>
        {subject}
      </span>
      {preheader && (
        <Text span c="dimmed" data-preheader>
          {` – ${preheader}`}
        </Text>
      )}
    </Text>
  </div>
)

/** The letter in a frame of its own that may do nothing: no script, no form, no address of ours. Dark by its own style sheet, which a frame
 *  asks the browser for by `color-scheme`. */
export function LetterFrame({
  html,
  dark,
  phone,
  title,
}: {
  readonly html: string
  readonly dark: boolean
  readonly phone: boolean
  readonly title: string
}): ReactNode {
  const { ref, width } = useElementSize()
  // As wide as a mail program on a desk, made smaller to fit: a letter that is merely narrow looks as on a phone.
  const scale = phone || width === 0 ? 1 : Math.min(1, width / deskWidth)
  return (
    <div ref={ref} className={`${style.hold} ${phone ? style.phone : ''}`}>
      <iframe
        sandbox=""
        srcDoc={inScheme(html, dark)}
        title={title}
        className={`${style.frame} ${dark ? style.dark : ''}`}
        style={{
          colorScheme: dark ? 'dark' : 'light',
          width: `${100 / scale}%`,
          height: `${100 / scale}%`,
          transform: `scale(${scale})`,
        }}
      />
    </div>
  )
}

const deskWidth = 760
export const isTemplateTrouble = (error: Error | null): boolean =>
  error instanceof Refusal && (error.code === 'E_TEMPLATE' || error.code === 'E_RENDER')
