/** One thing that was looked at. `remedy` says what to do where it is not in order. */
export interface Finding {
  readonly check: string
  readonly status: 'ok' | 'warning' | 'failed'
  readonly detail: string
  readonly remedy: string | null
}

export const ok = (check: string, detail: string): Finding => ({ check, status: 'ok', detail, remedy: null })
export const warning = (check: string, detail: string, remedy: string): Finding => ({
  check,
  status: 'warning',
  detail,
  remedy,
})
export const failed = (check: string, detail: string, remedy: string): Finding => ({
  check,
  status: 'failed',
  detail,
  remedy,
})
