import { test } from 'vitest'
import { failOneTemplate } from './scenarios/template.ts'

test('a template that fails for one of 2,000 fails that one, with line and reason; 1,999 are sent', () =>
  failOneTemplate(2000))
