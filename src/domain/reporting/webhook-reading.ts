import { BUILD_STATUS, type BuildReport, isOver, type ReportedStatus } from '../builds/build.ts'
import type { Slug } from '../project.ts'
import { isRepositoryOf, type RepositoryName } from './repository-url.ts'

/** A report of a run as a whole, without its builds. */
export type RunReport = Pick<BuildReport, 'pipeline' | 'workflow'> & {
  /** The status of the run as a whole, where the CI sends one. */
  readonly runStatus?: RunStatus | null
}

/** Times are epoch milliseconds; null where the CI did not say. */
export type RunStatus = {
  readonly status: ReportedStatus
  /** When the run came into this status. */
  readonly at: number | null
  readonly beganAt: number | null
}

/** What one well-signed payload says. */
export type WebhookReading =
  | { readonly kind: 'reports'; readonly runs: readonly RunReport[]; readonly builds: readonly BuildReport[] }
  /** Nothing for us, and why. */
  | { readonly kind: 'ignored'; readonly why: string }
  | { readonly kind: 'other_repository'; readonly repository: string }
  /** It lacks what every such event has. */
  | { readonly kind: 'unreadable'; readonly problem: string }

/** A payload, the project it was sent for and the name of its event. */
export type WebhookEvent = { readonly slug: Slug; readonly event: string; readonly payload: unknown }

/**
 * The status that a CI's word for a run or job means; null without a word. A word that is not known is never a success: what
 * is over counts as failed in the infrastructure, all else as open.
 */
export function meaningOf(
  table: ReadonlyMap<string, ReportedStatus>,
  word: string | null,
  isOver: boolean,
): ReportedStatus | null {
  if (word === null) return null
  return table.get(word) ?? (isOver ? 'infrastructure_fail' : 'not_running')
}

/**
 * The run status that a job's event carries, used until the run's own event arrives, or instead of it where that is lost. A
 * run that goes on is not green after its first green job. A run that ended green counts as over only where the event has the
 * time of its end: without one it may go on.
 */
export function runStatusInJobEvent(
  runStatus: RunStatus | null,
  endedAt: number | null,
  atLatest: number | null,
): RunStatus | null {
  if (!runStatus || runStatus.status === 'not_run') return null
  if (!isOver(runStatus.status)) return { ...runStatus, at: runStatus.at ?? atLatest }
  if (endedAt === null && BUILD_STATUS[runStatus.status].class === 'green') return null
  return { ...runStatus, at: endedAt ?? atLatest ?? runStatus.at }
}

export function ignored(why: string): WebhookReading {
  return { kind: 'ignored', why }
}

export function lacking(field: string): WebhookReading {
  return { kind: 'unreadable', problem: `${field}: is missing` }
}

export function aboutRun(run: RunReport): WebhookReading {
  return about([run], [])
}

export function aboutBuilds(builds: readonly BuildReport[]): WebhookReading {
  return about([], builds)
}

/** Events of two pushes may arrive in any order: the CI's times say which push was first. */
export function about(runs: readonly RunReport[], builds: readonly BuildReport[]): WebhookReading {
  return {
    kind: 'reports',
    runs: runs.map((run) => began(run, run.runStatus?.beganAt ?? null)),
    builds: builds.map((build) => ({
      ...began(build, build.queuedAt ?? build.startedAt ?? build.stoppedAt),
      isOfCi: true,
    })),
  }
}

function began<T extends Pick<BuildReport, 'pipeline'>>(report: T, beganAt: number | null): T {
  return { ...report, pipeline: { beganAt, ...report.pipeline } }
}

/** The refusal of a payload that names repositories, none of which is the project's; null when it may be ours. */
export function refusedAsOther(slug: Slug, names: readonly (RepositoryName | null)[]): WebhookReading | null {
  const known = names.filter((name) => name !== null)
  if (known.length === 0 || known.some((name) => isRepositoryOf(slug, name))) return null
  return { kind: 'other_repository', repository: known[0]?.path ?? '' }
}
