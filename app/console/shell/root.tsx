import { createRootRoute } from '@tanstack/react-router'
import { Frame } from './frame.tsx'
import { Lost } from './lost.tsx'

export const root = createRootRoute({ component: Frame, notFoundComponent: Lost })
