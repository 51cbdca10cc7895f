import { Box, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import style from './section.module.css'

/** A part of a screen of settings: what it is on one side, its fields on the other. */
export const Section = ({
  title,
  about,
  children,
}: {
  readonly title: string
  readonly about?: ReactNode
  readonly children: ReactNode
}): ReactNode => (
  <section className={style.section} aria-label={title}>
    <Box>
      <Title order={2} size="h5">
        {title}
      </Title>
      {about !== undefined && (
        <Text size="sm" c="dimmed" mt={2} component="div">
          {about}
        </Text>
      )}
    </Box>
    <Box miw={0}>{children}</Box>
  </section>
)
