import { Drawer, type DrawerProps } from '@mantine/core'
import type { ReactNode } from 'react'
import { useWords } from '../words/index.tsx'

/** A panel at the side, over the screen. Escape closes it. */
export function Side(props: DrawerProps): ReactNode {
  const { close } = useWords().shell.actions
  return <Drawer position="right" closeButtonProps={{ 'aria-label': close }} {...props} />
}
