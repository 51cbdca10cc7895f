import { z } from 'zod'

/** What a caller may do: an area, and how far. `write` does not hold `read`: what may do both says both. */
export const scopes = [
  'subscribers:read',
  'subscribers:write',
  'content:read',
  'content:write',
  'campaigns:read',
  'campaigns:write',
  'campaigns:send',
  'alerts:read',
  'alerts:write',
  'analytics:read',
  'system:read',
  'system:write',
  'access:write',
] as const
export type Scope = (typeof scopes)[number]
export const scopeSchema = z.enum(scopes)

export const roles = ['owner', 'editor', 'sender', 'analyst', 'alert-duty'] as const
export type Role = (typeof roles)[number]
export const roleSchema = z.enum(roles)

const editor: readonly Scope[] = [
  'content:read',
  'content:write',
  'campaigns:read',
  'campaigns:write',
  'subscribers:read',
  'subscribers:write',
  'analytics:read',
]

/** What a role may do. */
export const roleScopes: { readonly [R in Role]: readonly Scope[] } = {
  owner: scopes,
  editor,
  sender: [...editor, 'campaigns:send'],
  analyst: [
    'subscribers:read',
    'content:read',
    'campaigns:read',
    'alerts:read',
    'analytics:read',
    'system:read',
  ],
  'alert-duty': ['alerts:read', 'alerts:write', 'system:read'],
}
