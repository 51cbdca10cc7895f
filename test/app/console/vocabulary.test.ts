import { expect, it } from 'vitest'
import { dataFieldsOf } from '../../../app/console/code/liquid.ts'
import { filters } from '../../../app/console/code/vocabulary.ts'
import { createFilters } from '../../../engine/template/filters/index.ts'

it('offers the filters that templates know, all of them and no other', () => {
  expect([...filters].toSorted()).toEqual([...createFilters().keys()].toSorted())
})

it('finds the content blocks that a template asks for, each once, in their order', () => {
  expect(
    dataFieldsOf('{{ campaign.data.intro }}{% if campaign.data.tagline %}', '{{ campaign.data.intro }}'),
  ).toEqual(['intro', 'tagline'])
})
