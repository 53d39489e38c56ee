/** How large the benchmarks are: `full` is what docs/benchmarks.md shows, `small` shows soon that they work. */
export const scales = {
  full: { name: 'full', members: 1_000, crossMembers: 200, idle: 10_000, herd: 5_000, growth: [10, 100, 1_000, 10_000], rooms: [1, 100, 10_000], roundMs: 2_000, steadyMs: 5_000, clientEvents: 10_000, clientRounds: 25 },
  small: { name: 'small', members: 100, crossMembers: 50, idle: 500, herd: 200, growth: [10, 100], rooms: [1, 10], roundMs: 300, steadyMs: 1_000, clientEvents: 1_000, clientRounds: 3 },
}
