export const hasNginx: boolean
export function startNginx(servers: readonly string[], location: string): Promise<{ readonly url: string; stop(): Promise<void> }>
