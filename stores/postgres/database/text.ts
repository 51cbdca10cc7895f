/** PostgreSQL keeps every character but U+0000, and what servers reply may hold that one. */
export const keepable = (text: string | null): string | null =>
  text === null || !text.includes('\0') ? text : text.replaceAll('\0', '\uFFFD')
