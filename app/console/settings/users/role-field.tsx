import { Radio, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { useWords } from '../../words/index.tsx'
import type { User } from './users.tsx'

export type Role = User['role']
const roles = ['owner', 'editor', 'sender', 'analyst', 'alert-duty'] as const satisfies readonly Role[]

/** Roles with what each may do. */
export function RoleField({
  value,
  onChange,
  disabled = false,
}: {
  readonly value: Role
  readonly onChange: (role: Role) => void
  readonly disabled?: boolean
}): ReactNode {
  const { settings } = useWords()
  return (
    <Radio.Group
      label={settings.users.role}
      value={value}
      onChange={(role) => onChange(role as Role)}
      name="role"
    >
      <Stack gap={8} mt={6}>
        {roles.map((role) => (
          <Radio
            key={role}
            value={role}
            size="xs"
            disabled={disabled}
            label={settings.roles[role].name}
            description={settings.roles[role].may}
            styles={{ description: { fontSize: 'var(--mantine-font-size-xs)' } }}
          />
        ))}
      </Stack>
    </Radio.Group>
  )
}
