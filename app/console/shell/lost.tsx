import { Button } from '@mantine/core'
import { IconMapOff } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Empty } from '../parts/empty.tsx'
import { useWords } from '../words/index.tsx'

export function Lost(): ReactNode {
  const words = useWords().shell.failed
  return (
    <Empty
      icon={IconMapOff}
      title={words.notFound}
      action={
        <Button component={Link} to="/">
          {words.home}
        </Button>
      }
    >
      {null}
    </Empty>
  )
}
