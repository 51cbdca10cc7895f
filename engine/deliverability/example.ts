/** RFC 2606: names that belong to nobody. What is tried out with them arrives nowhere, whatever DNS says. */
export const isExample = (domain: string): boolean =>
  /(^|\.)(example(\.(com|net|org))?|test|invalid|localhost)$/.test(domain)
