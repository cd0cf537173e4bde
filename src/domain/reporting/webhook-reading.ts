import { BUILD_STATUS, type BuildReport, isOver, type ReportedStatus } from '../builds/build.ts'
import type { Slug } from '../project.ts'
import { isRepositoryOf, type RepositoryName } from './repository-url.ts'

/** A run as a whole, told without any of its builds. */
export type RunReport = Pick<BuildReport, 'pipeline' | 'workflow'> & {
  /** How it stands, where the CI says so of the whole. */
  readonly told?: RunStatus | null
}

/** Times are epoch milliseconds; null where the CI did not say. */
export type RunStatus = {
  readonly status: ReportedStatus
  /** Since when. */
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

/** A payload and what stands around it. */
export type WebhookEvent = { readonly slug: Slug; readonly event: string; readonly payload: unknown }

/**
 * What a CI's word on a run or job means, null where it says none. One that is not known is never good: what is over by then
 * failed, for reasons that we do not know, and all else is open.
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
 * The word on its run that a job's event brings along, which stands until the run's own comes, or where that is lost: that
 * it goes on, so that the first green job does not make it green, or that it ended. Of one that ended well it counts only
 * where it says when, since it may yet go on.
 */
export function wordIn(told: RunStatus | null, endedAt: number | null, atLatest: number | null): RunStatus | null {
  if (!told || told.status === 'not_run') return null
  if (!isOver(told.status)) return { ...told, at: told.at ?? atLatest }
  if (endedAt === null && BUILD_STATUS[told.status].class === 'green') return null
  return { ...told, at: endedAt ?? atLatest ?? told.at }
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

/** Events of two pushes may come in any order: the CI's times tell which push was first. */
export function about(runs: readonly RunReport[], builds: readonly BuildReport[]): WebhookReading {
  return {
    kind: 'reports',
    runs: runs.map((run) => began(run, run.told?.beganAt ?? null)),
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
