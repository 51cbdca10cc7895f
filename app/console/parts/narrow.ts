import { useMediaQuery } from '@mantine/hooks'

/** A telephone: a table shows what it is asked for within the width of the window, and the rest behind it. */
export const useNarrow = (): boolean =>
  useMediaQuery('(max-width: 40em)', false, { getInitialValueInEffect: false })
