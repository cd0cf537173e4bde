import { type Build, type BuildStatus, personOf, type Step, shownStartOf } from '../../../domain/builds/build.ts'
import { type ExecutedStep, executionsOf, stepProgressOf } from '../../../domain/builds/executions.ts'
import { JOB_PROGRESS } from '../../../domain/builds/progress.ts'
import type { LogStream } from '../../../domain/logs/log.ts'
import type { Project } from '../../../domain/project.ts'
import type { JobRow } from '../../../storage/builds/workflows.ts'
import type { StepLog } from '../../../storage/logs/step-logs.ts'
import { isoOf } from '../../json/iso-time.ts'
import type { StepJson, V3JobDetailJson, V3JobJson } from './job-shape.ts'
import { userReferenceOf } from './run-json.ts'
import type { Shown } from './shown.ts'

/** A job in the list of its workflow. */
export function jobJson(project: Project, workflowId: string, job: JobRow, shown: Pick<Shown, 'status'>): V3JobJson {
  return {
    id: job.id,
    attributes: attributesOf(job, shown),
    references: { workflow: { id: workflowId }, project: { id: project.id } },
  }
}

/** A job with the steps of each of its parallel executions. */
export async function jobDetailJson(
  project: Project,
  { build, steps, logs }: { readonly build: Build; readonly steps: readonly Step[]; readonly logs: readonly StepLog[] },
  shown: Shown,
): Promise<V3JobDetailJson> {
  const executions = executionsOf(steps).map((execution) => ({
    steps: execution.map((step) => stepJson(step, build.status, logs, shown)),
  }))
  return {
    id: build.id,
    attributes: { ...attributesOf(build, shown), parallel_executions: executions },
    references: {
      project: { id: project.id },
      // Its clients show this as the run.
      pipeline: { id: build.pipeline.id },
      run: { id: build.pipeline.id },
      workflow: { id: build.workflow.id },
      user: shown.status ? await userReferenceOf(project, personOf(build.pipeline)) : undefined,
    },
  }
}

type JobPart = Pick<Build, 'num' | 'jobName' | 'status' | 'queuedAt' | 'startedAt' | 'stoppedAt' | 'createdAt'>

function attributesOf(job: JobPart, { status }: Pick<Shown, 'status'>): V3JobJson['attributes'] {
  const known = { number: job.num, name: job.jobName, type: 'build' } as const
  if (!status) return known
  const { phase, outcome } = JOB_PROGRESS[job.status]
  // Clients take a job without a start for a queued one, and one that is over for one since the year 1.
  const startedAt = phase === 'started' || phase === 'ended' ? shownStartOf(job) : job.startedAt
  return {
    ...known,
    phase,
    outcome: outcome ?? undefined,
    started_at: isoOf(startedAt) ?? undefined,
    ended_at: phase === 'ended' ? (isoOf(job.stoppedAt) ?? undefined) : undefined,
  }
}

function stepJson(
  { num, name, place, action }: ExecutedStep,
  build: BuildStatus,
  logs: readonly StepLog[],
  shown: Shown,
): StepJson {
  const known = { num, name, type: action.type }
  if (!shown.status) return known
  const { phase, outcome } = stepProgressOf(action, build)
  const bytesOf = (stream: LogStream) => logs.find((log) => log.step === place && log.stream === stream)?.sizeBytes ?? 0
  return {
    ...known,
    phase,
    outcome: outcome ?? undefined,
    exit_code: action.exit_code ?? undefined,
    command: action.bash_command ?? undefined,
    started_at: action.start_time ?? undefined,
    ended_at: action.end_time ?? undefined,
    // What was printed is a product of the build, and so is how much it was.
    ...(shown.logs ? { stdout_bytes: bytesOf('stdout'), stderr_bytes: bytesOf('stderr') } : {}),
  }
}
