/** How long a project keeps what. */
export type Retention = {
  readonly artifactDays: number
  readonly buildDays: number
  /** Of each branch the newest pipelines that are kept with their artifacts, however old; of all tags together too. */
  readonly keepPerBranch: number
}

export const DEFAULT_RETENTION: Retention = { artifactDays: 30, buildDays: 365, keepPerBranch: 3 }
export const MAX_RETENTION_DAYS = 3_650
export const MAX_KEPT_PER_BRANCH = 100
