/** From the least to the worst. */
export const severities = ['info', 'warning', 'error', 'critical'] as const
