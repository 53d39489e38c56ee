/** The middle value; of an even count the mean of the two in the middle. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** How far apart the highest and the lowest value are, as a part of the median. */
export function spread(values) {
  return (Math.max(...values) - Math.min(...values)) / median(values)
}

/** The value that `part` of the values (0 to 1) do not exceed. */
export function percentile(values, part) {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)]
}
