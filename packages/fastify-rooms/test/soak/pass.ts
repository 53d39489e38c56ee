/** Lets so much of the soak pass; here time itself is what the promise is about. */
export async function pass(ms: number): Promise<void> {
  await new Promise<void>((resolve) => setTimeout(() => resolve(), ms))
}
