const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

export const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (one) => entities[one]!)

/** A name such as `delivery.leaseMs` or `E_STORE_FULL`, in HTML that may be broken after its dots and strokes. */
export const breakable = (name: string): string =>
  escapeHtml(name).replace(/([./_,=:]|\]|\))(?=\S)/g, '$1<wbr>')
