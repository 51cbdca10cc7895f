import { TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'

const typingMs = 250
/** As much as the API takes. */
const maxLetters = 200

/** A field that finds while one types: `onFind` hears what stands in it, without the blanks around it, once the typing rests. */
export function SearchField({
  label,
  value,
  onFind,
  size = 'sm',
}: {
  readonly label: string
  readonly value: string
  readonly onFind: (text: string) => void
  readonly size?: 'xs' | 'sm'
}): ReactNode {
  const [typed, setTyped] = useState(value)
  const said = useRef(value)
  const say = useDebouncedCallback((text: string) => {
    said.current = text
    onFind(text)
  }, typingMs)
  // An address that was opened, or gone back to. What was said from here is not put back over what is typed since.
  useEffect(() => {
    if (said.current === value) return
    said.current = value
    setTyped(value)
  }, [value])
  return (
    <TextInput
      type="search"
      size={size}
      w={{ base: '100%', xs: 260 }}
      aria-label={label}
      placeholder={label}
      maxLength={maxLetters}
      leftSection={<IconSearch size={size === 'xs' ? 14 : 15} />}
      value={typed}
      onChange={({ currentTarget: { value: text } }) => {
        setTyped(text)
        say(text.trim())
      }}
    />
  )
}
