/**
 * How many requests passed before one was refused with 429. The binding counts by the minute of the clock: where it allows
 * `limit` in each, at least as many pass, and fewer than twice as many, whenever a test begins.
 */
export async function passedUntilLimited(
  limit: number,
  ask: (request: number) => Promise<{ readonly status: number }>,
): Promise<number> {
  for (let request = 0; request <= 2 * limit; request++) if ((await ask(request)).status === 429) return request
  throw new Error(`${2 * limit + 1} requests passed a limit of ${limit} a minute`)
}
