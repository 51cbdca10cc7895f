import { type FormEvent, type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react'
import { Refusal } from '../api/client.ts'

/** A form that Ctrl+Enter sends from any of its fields. With `disabled` all of it is only to be read. When it is refused, the first field
 *  that is wrong is focused. */
export function Form({
  onSubmit,
  disabled = false,
  error = null,
  children,
}: {
  readonly onSubmit: () => void
  readonly disabled?: boolean
  readonly error?: Error | null
  readonly children: ReactNode
}): ReactNode {
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    if (error !== null) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [error])
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    onSubmit()
  }
  const onKeyDown = (event: KeyboardEvent<HTMLFormElement>): void => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    event.currentTarget.requestSubmit()
  }
  return (
    <form ref={form} onSubmit={submit} onKeyDown={onKeyDown}>
      <fieldset disabled={disabled} style={{ border: 0, margin: 0, padding: 0, minWidth: 0 }}>
        {children}
      </fieldset>
    </form>
  )
}

/** What is wrong with a field, or anything within it, as the API said it: goes into `error` of its input. */
export const issueAt = (error: Error | null, path: string): string | undefined =>
  error instanceof Refusal
    ? error.issues.find(
        ({ path: at }) => at === path || at.startsWith(`${path}.`) || at.startsWith(`${path}[`),
      )?.message
    : undefined
