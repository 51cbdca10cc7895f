import { test } from 'vitest'
import { failOneTemplate } from './scenarios/template.ts'

test('a template that fails for one of 100,000 fails that one, with line and reason; 99,999 are sent', () =>
  failOneTemplate(100_000))
