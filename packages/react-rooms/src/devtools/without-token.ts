/** One of the client's objects as it may be shown: a token is nobody's to read over a shoulder, or in a screenshot. */
export function withoutToken(text: string): string {
  if (!text.includes('"type":"auth"')) return text
  const frame = JSON.parse(text) as { type: string; token?: string }
  return frame.type === 'auth' ? JSON.stringify({ ...frame, token: '(hidden)' }) : text
}
