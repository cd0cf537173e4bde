/** What a run of the simulation did, and the worst that it saw. */
export type Stats = {
  schedules: number
  requests: number
  accepted: number
  refused: number
  unavailable: number
  commits: number
  roundTrips: number
  /** Of all that was accepted after it had ended: the longest time since the commit, in simulated milliseconds. */
  latestAcceptMs: number
  /** The same while the primary could not be read. */
  latestGraceMs: number
}

export function createStats(): Stats {
  return {
    schedules: 0,
    requests: 0,
    accepted: 0,
    refused: 0,
    unavailable: 0,
    commits: 0,
    roundTrips: 0,
    latestAcceptMs: 0,
    latestGraceMs: 0,
  }
}

export function statsText(stats: Stats, boundMs: number, graceMs: number): string {
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(3)} s`
  return [
    `${stats.schedules} schedules, ${stats.requests} requests (${stats.accepted} accepted, ${stats.refused} refused, ${stats.unavailable} unavailable), ${stats.commits} commits, ${stats.roundTrips} round trips to D1`,
    `the longest acceptance after a revoke: ${seconds(stats.latestAcceptMs)} (bound ${seconds(boundMs)})`,
    `and while the database could not be read: ${seconds(stats.latestGraceMs)} (bound ${seconds(graceMs)})`,
  ].join('\n')
}
