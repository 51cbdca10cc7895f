import { z } from 'zod'

/** A body that may be left out. */
export const optionalBody = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape).nullable().meta({ 'x-optional': true })
