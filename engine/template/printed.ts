/** What JavaScript makes of a value as text: `[object Object]` of objects, as LiquidJS prints them. */
export const printed = (value: unknown): string => `${value as string}`
