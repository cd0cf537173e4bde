/** What is tidied up once a day, each in bounded steps until there is nothing left to do. */
export const UPKEEP_TASKS = [
  'feed',
  'retention',
  'idle uploads',
  'orphans',
  'orphan tests',
  'orphan logs',
  'unfinished logs',
  'old test results',
  'unused test names',
  'forgotten messages',
  'outbox',
  'reporting tokens',
  'token warnings',
  'unused warnings',
  'unused tokens',
  'token days',
  'used identities',
  'report tickets',
  'rotated webhooks',
  'sessions',
  'sign-in links',
  'deliveries',
  'share links',
  'shared files',
  'forgotten looks',
  'notices',
] as const
export type UpkeepTask = (typeof UPKEEP_TASKS)[number]

/** One step that is to be done, as the queue carries it. */
export type UpkeepStep = {
  readonly task: UpkeepTask
  /** The project that a step of retention or names is about; without it, the step looks which ones have something due. */
  readonly project?: string
  /** Where the last step stopped. */
  readonly after?: string
  /** An earlier step of this round had to leave something behind: at its end the task is not done. */
  readonly isPartial?: true
}

/** What one step may ask of D1 and R2 together: a free Worker's invocation ends at 50 of either. */
export const MAX_OPERATIONS_A_STEP = 40
