/** The subprotocol entry of a token with characters that an entry cannot hold. */
export const bearer64 = (token: string): string =>
  `bearer64.${btoa(String.fromCharCode(...new TextEncoder().encode(token))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`
