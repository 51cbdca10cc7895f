import {
  Badge,
  Button,
  Card,
  type CSSVariablesResolver,
  createTheme,
  Input,
  type MantineColorsTuple,
  Paper,
  rgba,
  Table,
  Tooltip,
} from '@mantine/core'

const ink: MantineColorsTuple = [
  '#eef2fc',
  '#dbe3f6',
  '#b4c5ec',
  '#8aa5e2',
  '#6788d9',
  '#4f75d4',
  '#3d67cf',
  '#2c53b4',
  '#2349a3',
  '#153d91',
]

/** Mantine's own greys of the dark are neutral; these are those of the page's surfaces. */
const dark: MantineColorsTuple = [
  '#e7e8ea',
  '#c9cdd4',
  '#a4abb6',
  '#8b93a0',
  '#3a3f48',
  '#2e3239',
  '#20242a',
  '#1b1e23',
  '#14161a',
  '#0f1115',
]

/** What is behind a dialog can still be made out. */
export const veil = { backgroundOpacity: 0.4, blur: 0 } as const

/** Dense and calm: 13 px text, thin lines, one colour. Every pair of text and ground has a contrast of 4.5 or more. */
export const theme = createTheme({
  primaryColor: 'ink',
  primaryShade: { light: 7, dark: 7 },
  colors: { ink, dark },
  autoContrast: true,
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "'JetBrains Mono Variable', ui-monospace, monospace",
  headings: { fontFamily: "'Inter Variable', system-ui, sans-serif", fontWeight: '620' },
  fontSizes: { xs: '11.5px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  lineHeights: { xs: '1.35', sm: '1.45', md: '1.5' },
  spacing: { xs: '6px', sm: '10px', md: '14px', lg: '20px', xl: '28px' },
  defaultRadius: 6,
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: Button.extend({ defaultProps: { size: 'xs' } }),
    Badge: Badge.extend({
      defaultProps: { variant: 'light', radius: 'sm' },
      styles: { root: { textTransform: 'none' } },
    }),
    Card: Card.extend({ defaultProps: { withBorder: true, padding: 'md', bg: 'var(--surface)' } }),
    Paper: Paper.extend({ defaultProps: { bg: 'var(--surface)' } }),
    Input: Input.extend({ defaultProps: { size: 'sm' } }),
    Modal: { defaultProps: { overlayProps: veil } },
    Drawer: { defaultProps: { overlayProps: veil } },
    // Room for a bar that is not there is a gap below the table.
    TableScrollContainer: { defaultProps: { scrollAreaProps: { offsetScrollbars: 'present' } } },
    Table: Table.extend({ defaultProps: { verticalSpacing: 6, horizontalSpacing: 10, fz: 'sm' } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 300, withinPortal: true, fz: 'xs' } }),
  },
})

/** Mantine's own tints of the dark are darker than the surfaces they lie on, and their words are white whatever they mean. */
const tinted = ['ink', 'teal', 'cyan', 'violet', 'orange', 'yellow', 'red'] as const
/** And those of the light are as loud as what they are beside. */
const loud = ['teal', 'cyan', 'violet', 'orange', 'yellow', 'red'] as const

/** Where Mantine's own greys are too pale for small text. */
export const cssVariables: CSSVariablesResolver = ({ colors }) => ({
  variables: {},
  light: {
    ...Object.fromEntries(
      loud.flatMap((name) => [
        [`--mantine-color-${name}-light`, rgba(colors[name]![6], 0.13)],
        [`--mantine-color-${name}-light-hover`, rgba(colors[name]![6], 0.2)],
      ]),
    ),
    '--mantine-color-body': '#fbfbf9',
    '--mantine-color-text': '#1a1d21',
    '--mantine-color-dimmed': '#555b64',
    '--mantine-color-placeholder': '#6b7280',
    '--mantine-color-default-border': '#d9d9d3',
    '--mantine-color-error': '#b42318',
    '--mantine-color-red-outline': '#b42318',
    '--mantine-color-red-light-color': '#a61b12',
    '--mantine-color-teal-light-color': '#05664a',
    '--mantine-color-cyan-light-color': '#0b5f6e',
    '--mantine-color-orange-light-color': '#9a3d02',
  },
  dark: {
    ...Object.fromEntries(
      tinted.flatMap((name) => [
        [`--mantine-color-${name}-light`, rgba(colors[name]![5], 0.18)],
        [`--mantine-color-${name}-light-hover`, rgba(colors[name]![5], 0.26)],
        [`--mantine-color-${name}-light-color`, colors[name]![3]],
      ]),
    ),
    '--mantine-color-body': '#14161a',
    '--mantine-color-text': '#e7e8ea',
    '--mantine-color-dimmed': '#a4abb6',
    '--mantine-color-placeholder': '#8b93a0',
    '--mantine-color-default': '#1b1e23',
    '--mantine-color-default-hover': '#24282f',
    '--mantine-color-default-border': '#3a3f48',
    '--mantine-color-anchor': '#8aa5e2',
    '--mantine-color-error': '#ff8a80',
    '--mantine-color-red-outline': '#ff8a80',
    '--mantine-color-gray-light': '#2e3239',
    '--mantine-color-gray-light-hover': '#3a3f48',
    '--mantine-color-gray-light-color': '#c9cdd4',
  },
})
