/** 128 random bits; `crypto.randomUUID` is missing on pages that are not served over https. */
export const randomId = (): string => crypto.getRandomValues(new Uint32Array(4)).join('')
