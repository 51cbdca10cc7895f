// biome-ignore-all lint/a11y/useSemanticElements: rows of a real table cannot be placed by a virtual list
// biome-ignore-all lint/a11y/useFocusableInteractive: rows have a roving tabindex
import { Checkbox } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useFormat, useWords } from '../words/index.tsx'
import style from './data-table.module.css'

export interface Column<Row> {
  readonly key: string
  readonly header: ReactNode
  readonly cell: (row: Row) => ReactNode
  /** A track of CSS grid, in px: `90px`, `minmax(120px, 1fr)` (the default). Nothing that depends on what is in the cells. */
  readonly width?: string
  /** Numbers stand at the end of their column. */
  readonly align?: 'end'
}

/** What `useInfiniteQuery` says of pages behind those that are here. */
export interface More {
  readonly hasNextPage: boolean
  readonly isFetchingNextPage: boolean
  readonly fetchNextPage: () => unknown
}

/** Where a row is by now; -1: it is gone. */
function placeOf<Row>(
  rows: readonly Row[],
  rowKey: (row: Row) => string | number,
  { key, index }: { readonly key: string | number; readonly index: number },
): number {
  const there = rows[index]
  return there !== undefined && rowKey(there) === key ? index : rows.findIndex((row) => rowKey(row) === key)
}

const rowHeight = 37
const headHeight = 33

/** The narrowest that the columns can be, in px: a track begins with what it has at least. */
const leastOf = (tracks: readonly string[]): number =>
  tracks.reduce((sum, track) => sum + (Number.parseInt(track.replace(/^minmax\(/, ''), 10) || 120), 0)

/** Any number of rows, of which those on screen exist. It scrolls by itself (`maxHeight`, or as high as its flex parent lets it), and asks
 *  for the next page before its end is seen. Arrow keys, Home, End and Enter work as in a list; Space chooses. Rows that come or go above
 *  what is being read do not move it. */
export function DataTable<Row>({
  label,
  rows,
  columns,
  rowKey,
  onOpen,
  more,
  chosen,
  onChoose,
  maxHeight,
  loading = false,
  empty,
}: {
  readonly label: string
  readonly rows: readonly Row[]
  readonly columns: readonly Column<Row>[]
  readonly rowKey: (row: Row) => string | number
  readonly onOpen?: (row: Row) => void
  readonly more?: More
  /** Keys of the chosen rows; with `onChoose` each row has a box. */
  readonly chosen?: ReadonlySet<string | number>
  readonly onChoose?: (chosen: ReadonlySet<string | number>) => void
  readonly maxHeight?: number | string
  readonly loading?: boolean
  /** In place of no rows. */
  readonly empty?: ReactNode
}): ReactNode {
  const words = useWords().shell.table
  const format = useFormat()
  const frame = useRef<HTMLDivElement>(null)
  const focusWanted = useRef(false)
  const [at, setAt] = useState<{ readonly key: string | number; readonly index: number } | null>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: 0,
    scrollPaddingStart: headHeight,
  })
  const shown = virtual.getVirtualItems()
  const place = at === null ? 0 : placeOf(rows, rowKey, at)
  const active = Math.min(place < 0 ? (at?.index ?? 0) : place, rows.length - 1)
  const setActive = (index: number): void => {
    const row = rows[index]
    if (row !== undefined) setAt({ key: rowKey(row), index })
  }
  const top = useRef<{ readonly key: string | number; readonly index: number } | null>(null)
  useLayoutEffect(() => {
    const scroller = frame.current
    if (scroller === null) return
    const before = top.current
    if (before !== null && scroller.scrollTop > 0) {
      const now = placeOf(rows, rowKey, before)
      if (now >= 0 && now !== before.index) scroller.scrollTop += (now - before.index) * rowHeight
    }
    const index = Math.ceil(scroller.scrollTop / rowHeight)
    const row = rows[index]
    top.current = row === undefined ? null : { key: rowKey(row), index }
  })
  const last = shown.at(-1)?.index ?? 0
  const wantsMore = more?.hasNextPage === true && !more.isFetchingNextPage && last >= rows.length - 30
  useEffect(() => {
    if (wantsMore) more?.fetchNextPage()
  }, [wantsMore, more])

  const tracks = [
    ...(onChoose === undefined ? [] : ['38px']),
    ...columns.map(({ width }) => width ?? 'minmax(120px, 1fr)'),
  ]
  const toggle = (row: Row): void => {
    const next = new Set(chosen)
    if (!next.delete(rowKey(row))) next.add(rowKey(row))
    onChoose?.(next)
  }
  const focusRow = (index: number): void => {
    const target = Math.max(0, Math.min(rows.length - 1, index))
    setActive(target)
    virtual.scrollToIndex(target)
    focusWanted.current = true
  }
  // Before the next key is taken, so that no key is for the row before. A row that is not on screen yet has it when it is.
  useLayoutEffect(() => {
    if (!focusWanted.current) return
    const row = frame.current?.querySelector<HTMLElement>(`[data-index="${active}"]`)
    if (row == null) return
    focusWanted.current = false
    row.focus({ preventScroll: true })
  })
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>, index: number): void => {
    if (event.target !== event.currentTarget) return
    // While the focus is on its way, keys are for where it goes.
    const here = focusWanted.current ? active : index
    const row = rows[here]!
    const steps: { readonly [key: string]: number } = {
      ArrowDown: here + 1,
      ArrowUp: here - 1,
      Home: 0,
      End: rows.length - 1,
      PageDown: here + 15,
      PageUp: here - 15,
    }
    const to = steps[event.key]
    if (to !== undefined) focusRow(to)
    else if (event.key === 'Enter' && onOpen !== undefined) onOpen(row)
    else if (event.key === ' ' && onChoose !== undefined) toggle(row)
    else return
    event.preventDefault()
  }
  const alignOf = ({ align }: Column<Row>): string =>
    align === 'end' ? `${style.cell} ${style.end}` : style.cell!

  if (rows.length === 0 && !loading && empty !== undefined) return empty
  const allChosen = rows.length > 0 && rows.every((row) => chosen?.has(rowKey(row)))
  return (
    <div
      ref={frame}
      data-few={rows.length < 4 || undefined}
      data-waiting={(loading && rows.length === 0) || undefined}
      className={`${style.frame} ${maxHeight === undefined ? style.fill : ''}`}
      style={{ '--columns': tracks.join(' '), '--least': `${leastOf(tracks)}px`, maxHeight } as object}
    >
      <div
        role="table"
        aria-label={label}
        aria-rowcount={more?.hasNextPage === true ? -1 : rows.length + 1}
        aria-busy={loading}
      >
        <div role="rowgroup">
          <div role="row" className={style.head} aria-rowindex={1}>
            {onChoose !== undefined && (
              <div role="columnheader" className={style.box}>
                <Checkbox
                  size="xs"
                  aria-label={words.chooseAll}
                  checked={allChosen}
                  indeterminate={!allChosen && (chosen?.size ?? 0) > 0}
                  onChange={() => onChoose(allChosen ? new Set() : new Set(rows.map(rowKey)))}
                />
              </div>
            )}
            {columns.map((column) => (
              <div key={column.key} role="columnheader" className={alignOf(column)}>
                {column.header}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className={style.body} style={{ height: virtual.getTotalSize() }}>
          {shown.map(({ index, start }) => {
            const row = rows[index]!
            const key = rowKey(row)
            return (
              <div
                key={key}
                role="row"
                data-index={index}
                aria-rowindex={index + 2}
                aria-selected={chosen?.has(key)}
                tabIndex={index === active ? 0 : -1}
                className={onOpen === undefined ? style.row : `${style.row} ${style.opens}`}
                style={{ transform: `translateY(${start}px)`, height: rowHeight }}
                onClick={(event) => {
                  setActive(index)
                  if (!(event.target as Element).closest('a,button,input,label')) onOpen?.(row)
                }}
                onKeyDown={(event) => onKeyDown(event, index)}
              >
                {onChoose !== undefined && (
                  <div role="cell" className={style.box}>
                    <Checkbox
                      size="xs"
                      tabIndex={-1}
                      aria-label={words.chooseRow}
                      checked={chosen?.has(key) ?? false}
                      onChange={() => toggle(row)}
                    />
                  </div>
                )}
                {columns.map((column) => (
                  <div key={column.key} role="cell" className={alignOf(column)}>
                    {column.cell(row)}
                  </div>
                ))}
              </div>
            )
          })}
        </div>
      </div>
      <div className={style.foot} aria-live="polite">
        {loading || more?.isFetchingNextPage === true ? words.loading : words.rows(format.count(rows.length))}
      </div>
    </div>
  )
}
