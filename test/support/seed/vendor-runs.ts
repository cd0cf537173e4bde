import type { WebhookSource } from '../../../src/domain/reporting/webhook-source.ts'
import {
  buildkiteBuild,
  buildkiteJob,
  circleciJob,
  circleciWorkflow,
  gitlabJob,
  gitlabPipeline,
  jenkinsRun,
} from './ci-payloads.ts'

/** What a CI has to tell of a push to main: of one of its jobs, or of the run as a whole. */
export type News = {
  readonly push: number
  readonly attempt?: number
  /** Which job of the attempt; without it the run as a whole is meant. */
  readonly job?: number
  readonly name?: string
  readonly status: 'running' | 'green' | 'red' | 'skipped'
  /** The hour at which it was pushed: its number's, where none is named. */
  readonly hour?: number
  /** Which of several jobs that Jenkins has for the repository tells it. */
  readonly of?: string
}

export type Delivery = { readonly event: string; readonly payload: unknown }

type Vendor = {
  readonly vcs: 'gh' | 'gl'
  /** How this CI tells it; null where it does not. */
  readonly tell: (news: Required<Omit<News, 'job'>> & { readonly job: number | null }) => Delivery | null
}

const DAY = Date.UTC(2026, 10, 24)

/** A time within an attempt, in its seconds. */
function timeOf({ hour, attempt }: { hour: number; attempt: number }, second: number): string {
  return new Date(DAY + (hour * 60 + attempt * 10) * 60_000 + second * 1_000).toISOString().replace('.000', '')
}

const shaOf = (push: number) => push.toString(16).padStart(40, '0')
const idOf = ({ push, attempt, job }: { push: number; attempt: number; job: number | null }) =>
  push * 1_000 + attempt * 100 + (job ?? 0)

const repository = { id: 1, full_name: 'acme/web', html_url: 'https://github.com/acme/web' }

/** How each CI tells of its runs, by its documents; all of them of the repository acme/web. */
export const VENDORS: Record<WebhookSource, Vendor> = {
  github: {
    vcs: 'gh',
    tell: (news) => {
      const { push, hour, attempt, job, name, status } = news
      const isOver = status !== 'running'
      const state = {
        status: isOver ? 'completed' : 'in_progress',
        conclusion: { running: null, green: 'success', red: 'failure', skipped: 'skipped' }[status],
        head_branch: 'main',
        head_sha: shaOf(push),
        run_attempt: attempt,
        created_at: timeOf(news, 1),
      }
      if (job === null) {
        const workflow_run = {
          ...state,
          id: push,
          name: 'ci',
          event: 'push',
          created_at: timeOf({ hour, attempt: 1 }, 1),
          run_started_at: timeOf(news, 1),
          updated_at: timeOf(news, isOver ? 59 : 2),
          head_repository: repository,
        }
        return { event: 'workflow_run', payload: { workflow_run, repository } }
      }
      const workflow_job = {
        ...state,
        id: idOf(news),
        run_id: push,
        workflow_name: 'ci',
        name,
        started_at: timeOf(news, 5),
        completed_at: isOver ? timeOf(news, 30 + job) : null,
        steps: [],
      }
      return { event: 'workflow_job', payload: { workflow_job, repository } }
    },
  },
  gitlab: {
    vcs: 'gl',
    tell: (news) => {
      const { push, hour, job, name, status } = news
      const word = { running: 'running', green: 'success', red: 'failed', skipped: 'skipped' }[status]
      const isOver = status !== 'running'
      const common = { ref: 'main', sha: shaOf(push) }
      if (job === null) {
        const created_at = timeOf({ hour, attempt: 1 }, 1)
        const attributes = { ...common, id: push, name: null, status: word, created_at }
        return {
          event: 'Pipeline Hook',
          payload: gitlabPipeline({ ...attributes, finished_at: isOver ? timeOf(news, 59) : null }),
        }
      }
      return {
        event: 'Job Hook',
        payload: gitlabJob({
          ...common,
          pipeline_id: push,
          build_id: idOf(news),
          build_name: name,
          build_status: word,
          build_failure_reason: 'script_failure',
          build_created_at_iso: timeOf(news, 1),
          build_started_at_iso: timeOf(news, 5),
          build_finished_at_iso: isOver ? timeOf(news, 30 + job) : null,
          commit: { ...gitlabJob().commit, started_at: timeOf({ hour, attempt: 1 }, 1) },
        }),
      }
    },
  },
  circleci: {
    vcs: 'gh',
    tell: (news) => {
      const { push, hour, attempt, job, name, status } = news
      if (status === 'running') return null
      const word = { green: 'success', red: 'failed', skipped: 'not_run' }[status]
      const { pipeline } = circleciWorkflow()
      const whole = {
        pipeline: {
          ...pipeline,
          id: `p${push}`,
          number: push,
          created_at: timeOf({ hour, attempt: 1 }, 0),
          vcs: { ...pipeline.vcs, revision: shaOf(push) },
        },
        workflow: {
          id: `w${push}-${attempt}`,
          name: 'ci',
          created_at: timeOf(news, 1),
          stopped_at: timeOf(news, 59),
          url: 'https://app.circleci.com/w',
        },
      }
      if (job === null)
        return {
          event: 'workflow-completed',
          payload: circleciWorkflow({ ...whole, workflow: { ...whole.workflow, status: word } }),
        }
      const told = { id: `j${idOf(news)}`, name, status: word, number: idOf(news) }
      const times = { started_at: timeOf(news, 5), stopped_at: timeOf(news, 30 + job) }
      return { event: 'job-completed', payload: circleciJob({ ...told, ...times }, whole) }
    },
  },
  buildkite: {
    vcs: 'gh',
    tell: (news) => {
      const { push, hour, attempt, job, name, status } = news
      const word = { running: 'running', green: 'passed', red: 'failed', skipped: 'skipped' }[status]
      const isOver = status !== 'running'
      const build = {
        id: `b${push}`,
        number: push,
        commit: shaOf(push),
        state: job === null ? word : 'running',
        created_at: timeOf({ hour, attempt: 1 }, 1),
        started_at: timeOf({ hour, attempt: 1 }, 2),
        finished_at: job === null && isOver ? timeOf(news, 59) : null,
      }
      if (job === null) {
        const event = isOver ? 'build.finished' : 'build.running'
        return { event, payload: buildkiteBuild(build, { event }) }
      }
      const event = isOver ? 'job.finished' : 'job.started'
      const told = {
        id: `j${idOf(news)}`,
        name,
        step_key: null,
        state: word,
        retries_count: attempt > 1 ? attempt - 1 : null,
        scheduled_at: timeOf(news, 1),
        started_at: timeOf(news, 5),
        finished_at: isOver ? timeOf(news, 30 + job) : null,
      }
      return { event, payload: buildkiteJob(event, told, build) }
    },
  },
  jenkins: {
    vcs: 'gh',
    // A run is its one job, and what is run again is another run.
    tell: (news) => {
      const { push, attempt, job, status, of } = news
      if (job !== null && job > 1) return null
      const number = push * 10 + attempt
      const url = `job/${of}/${number}/`
      const phase = status === 'running' ? 'STARTED' : job === null ? 'FINALIZED' : 'COMPLETED'
      const told = {
        number,
        queue_id: of === 'web' ? number * 10 : number * 10 + 1,
        url,
        full_url: `https://jenkins.example.com/${url}`,
        phase,
        status: { running: undefined, green: 'SUCCESS', red: 'FAILURE', skipped: 'NOT_BUILT' }[status],
        timestamp: timeOf(news, status === 'running' ? 2 : 30),
        duration: 28_000,
      }
      // Until its checkout a run is told with the commit of the run before it.
      return { event: phase, payload: jenkinsRun(told, { commit: shaOf(status === 'running' ? push - 1 : push) }) }
    },
  },
}

/** A job's event as GitLab sent it until it told of a job whose child its pipeline is. */
export function asOlderGitlab({ event, payload }: Delivery): Delivery {
  if (event !== 'Job Hook') return { event, payload }
  const { source_pipeline, build_created_at_iso, build_started_at_iso, build_finished_at_iso, ...told } =
    payload as Record<string, unknown>
  const times = {
    build_created_at: build_created_at_iso,
    build_started_at: build_started_at_iso,
    build_finished_at: build_finished_at_iso,
  }
  return { event, payload: { ...told, ...times } }
}

/** What GitLab sends of a child pipeline, which is told as a push of its own, and which of its parent's jobs started it. */
export function asChildOf(parent: number, { event, payload }: Delivery, job_id = 9): Delivery {
  const { object_attributes, ...told } = payload as Record<string, object>
  const sha = shaOf(parent)
  const source_pipeline = { project: { id: 380, path_with_namespace: 'acme/web' }, pipeline_id: parent, job_id }
  if (event === 'Job Hook') return { event, payload: { ...told, sha, source_pipeline } }
  const attributes = { ...object_attributes, sha, source: 'parent_pipeline' }
  return { event, payload: { ...told, object_attributes: attributes, source_pipeline } }
}

/** A piece of news as that CI sends it. */
export function tellAs(
  source: WebhookSource,
  { attempt = 1, job, name, of = 'web', hour, ...news }: News,
): Delivery | null {
  const told = { ...news, attempt, job: job ?? null, name: name ?? `job ${job}`, of, hour: hour ?? news.push }
  return VENDORS[source].tell(told)
}
