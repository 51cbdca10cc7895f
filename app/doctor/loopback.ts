/** Is it this machine, by the name of its host? */
export const isLoopback = (host: string): boolean => /^(localhost$|127\.|\[?::1\]?$)/.test(host)
