import { Button } from '@mantine/core'
import { IconHistory } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useWords } from '../../words/index.tsx'

export const ImportsLink = (): ReactNode => (
  <Button
    component={Link}
    to="/subscribers/imports"
    variant="default"
    leftSection={<IconHistory size={14} />}
  >
    {useWords().subscribers.import.earlier}
  </Button>
)
