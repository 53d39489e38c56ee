/** `12:03:04.567`, local time. */
export function timeOfDay(at: number): string {
  const date = new Date(at)
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

/** `340 ms`, `12 s`, `3 min`, `2 h`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`
}

/** `812 B`, `64 KiB`. */
export function byteSize(bytes: number): string {
  return bytes < 1_024 ? `${bytes} B` : bytes < 1_048_576 ? `${Math.round(bytes / 102.4) / 10} KiB` : `${Math.round(bytes / 104_857.6) / 10} MiB`
}

/** A value on one line; strings as they are. */
export function oneLine(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value) ?? ''
}
