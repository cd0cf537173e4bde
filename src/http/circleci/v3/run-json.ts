import { type Person, personOf, UNKNOWN_REVISION } from '../../../domain/builds/build.ts'
import { runProgressOf, WORKFLOW_PROGRESS } from '../../../domain/builds/progress.ts'
import { stableIdFor } from '../../../domain/formats/stable-id.ts'
import { commitUrlFor, type Project, VCS, vcsUrlFor } from '../../../domain/project.ts'
import type { RunRow } from '../../../storage/builds/runs.ts'
import type { WorkflowRow } from '../../../storage/builds/workflows.ts'
import { isoOf } from '../../json/iso-time.ts'
import { errorsOf, loginOf } from '../both/pipeline-words.ts'
import type { RunJson, UserReferenceJson, V3WorkflowJson } from './run-shape.ts'
import type { Shown } from './shown.ts'

/** A run as CircleCI v3 shows it. */
export async function runJson(run: RunRow, { status }: Pick<Shown, 'status'>): Promise<RunJson> {
  const { id, number, project, start } = run
  const references = { project: { id: project.id } }
  if (!status) return { id, attributes: { number }, references }
  const { phase, outcome } = progressOf(run)
  return {
    id,
    attributes: {
      number,
      phase,
      current_outcome: outcome ?? undefined,
      created_at: isoOf(run.beganAt),
      errors: errorsOf(run),
    },
    references: {
      ...references,
      event: { attributes: { type: start ? 'api' : 'push', vcs: vcsJson(run) } },
      trigger: { attributes: { event_source: { type: start ? 'api' : 'webhook' } } },
      user: await userReferenceOf(project, personOf(run)),
    },
  }
}

export function progressOf({ parts, start }: Pick<RunRow, 'parts' | 'start'>) {
  return runProgressOf(parts, start?.state === 'failed' || start?.state === 'refused')
}

type VcsJson = NonNullable<RunJson['references']['event']>['attributes']['vcs']

function vcsJson({ project, branch, tag, revision, subject, author }: RunRow): VcsJson {
  const isKnown = subject !== null && revision !== UNKNOWN_REVISION
  return {
    provider_name: VCS[project.vcs].provider,
    origin_repository_url: vcsUrlFor(project),
    branch: branch ?? undefined,
    tag: tag ?? undefined,
    revision,
    commit: isKnown
      ? { subject, url: commitUrlFor(project, revision), author: { name: author?.name, login: author?.login } }
      : undefined,
  }
}

/** Whoever pushed or asked for it, by the id that v2 has for them; undefined where nobody is known. */
export async function userReferenceOf(project: Project, person: Person | null): Promise<UserReferenceJson | undefined> {
  if (!person) return undefined
  const login = loginOf(person)
  return { id: await stableIdFor('person', `${project.vcs} ${login}`), attributes: { login } }
}

/** A workflow as CircleCI v3 shows it. */
export async function workflowJson(
  project: Project,
  workflow: WorkflowRow,
  { status }: Pick<Shown, 'status'>,
): Promise<V3WorkflowJson> {
  const { id, name, pipeline } = workflow
  const references = { run: { id: pipeline.id }, project: { id: project.id } }
  if (!status) return { id, attributes: { name }, references }
  const { phase, outcome } = WORKFLOW_PROGRESS[workflow.status]
  const isOver = phase === 'ended'
  return {
    id,
    attributes: {
      name,
      phase,
      outcome: isOver ? (outcome ?? undefined) : undefined,
      current_outcome: isOver ? undefined : (outcome ?? undefined),
      created_at: isoOf(workflow.beganAt),
      ended_at: isOver ? (isoOf(workflow.stoppedAt) ?? undefined) : undefined,
    },
    references: { ...references, user: await userReferenceOf(project, pipeline.actor) },
  }
}
