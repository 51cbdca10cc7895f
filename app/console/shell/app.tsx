import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { createQueries } from '../api/queries.ts'
import { WordsProvider } from '../words/index.tsx'
import { router } from './router.tsx'
import { cssVariables, theme } from './theme.ts'

export function App(): ReactNode {
  // A session that is over shows at the next question for who asks.
  const [queries] = useState(() =>
    createQueries(() => void queries.invalidateQueries({ queryKey: ['GET /access/me'] })),
  )
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <WordsProvider>
        <QueryClientProvider client={queries}>
          <Notifications position="bottom-right" limit={4} />
          <RouterProvider router={router} />
        </QueryClientProvider>
      </WordsProvider>
    </MantineProvider>
  )
}
