/** Under which all objects with logs are in R2. */
export const LOGS_PREFIX = 'logs/'

/** A new key for a part of a build's log. */
export function logKeyFor(projectId: string, buildId: string): string {
  return `${LOGS_PREFIX}${projectId}/${buildId}/${crypto.randomUUID()}`
}
