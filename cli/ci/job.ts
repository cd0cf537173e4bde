import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { usageError } from '../terminal/exit.ts'
import { commandOutput } from './agent-command.ts'
import { findCiJob } from './ci.ts'
import type { CiJob, Env, Person } from './ci-job.ts'
import { addressFor, firstOf, lineFor, messageOf, personOf, proseFor, slugOfRemote } from './words.ts'

/** What a person may say about the job instead of the CI. */
export type JobOptions = {
  readonly branch?: string
  readonly tag?: string
  readonly revision?: string
  readonly job?: string
  readonly workflow?: string
  readonly id?: string
  readonly nodeIndex?: number
}

/** The job that is to be reported: the CI's, or, outside of any, what Git says; options and BUILDPASS_* come first. */
export async function findJob(options: JobOptions, env: Env): Promise<CiJob> {
  const ofCi = findCiJob(env)
  const found = ofCi ?? (await gitJob(env))
  const tag = firstOf(options.tag, env.BUILDPASS_TAG) ?? (options.branch || env.BUILDPASS_BRANCH ? null : found.tag)
  const branch = tag && !options.branch ? null : firstOf(options.branch, env.BUILDPASS_BRANCH, found.branch)
  if (options.branch && options.tag) throw usageError('--branch and --tag: a build is of one or the other.')
  const name = firstOf(options.job, env.BUILDPASS_JOB) ?? found.build.name
  const id = firstOf(options.id, env.BUILDPASS_ID)
  // Two jobs of one name in one run (a matrix) are told apart by --job, so the id has to follow it.
  const builtId = options.job && options.job !== found.build.name ? `${found.build.id}-${options.job}` : found.build.id
  return {
    ...found,
    branch,
    tag,
    revision: firstOf(options.revision, env.BUILDPASS_REVISION) ?? found.revision,
    pipeline: id && !ofCi ? { id } : found.pipeline,
    workflow: {
      id: id && !ofCi ? id : found.workflow.id,
      name: firstOf(options.workflow, env.BUILDPASS_WORKFLOW) ?? found.workflow.name,
    },
    build: {
      ...found.build,
      id: id ?? builtId,
      name,
      nodeIndex: options.nodeIndex ?? found.build.nodeIndex,
    },
  }
}

/** The body of a build report, less what happened: what a CI says is cut to what the server takes. */
export function reportBody(job: CiJob) {
  const branch = lineFor(job.branch, 1_024)
  const tag = lineFor(job.tag, 1_024)
  const revision = lineFor(job.revision, 200)
  if (!branch && !tag)
    throw usageError('Which branch or tag is this build of?', 'Say --branch or --tag, or set BUILDPASS_BRANCH.')
  if (!revision) throw usageError('Which commit is this build of?', 'Say --revision <sha>, or set BUILDPASS_REVISION.')
  const pullRequest = addressFor(job.pullRequest)
  return {
    external_id: lineFor(job.build.id, 200) ?? 'job',
    pipeline: {
      external_id: lineFor(job.pipeline.id, 200) ?? 'pipeline',
      ...(tag ? { tag } : { branch }),
      revision,
      subject: proseFor(job.commit.subject, 1_000),
      body: proseFor(job.commit.body, 20_000),
      author: personFor(job.commit.author),
      actor: personFor(job.actor),
      pull_requests: pullRequest ? [{ head_sha: revision, url: pullRequest }] : [],
    },
    workflow: {
      external_id: lineFor(job.workflow.id, 200) ?? 'workflow',
      name: lineFor(job.workflow.name, 200) ?? 'workflow',
    },
    job: {
      name: lineFor(job.build.name, 200) ?? 'job',
      ...(job.build.attempt === undefined ? {} : { attempt: job.build.attempt }),
    },
    build_url: addressFor(job.build.url),
  }
}

function personFor(person: Person | null): Person | null {
  if (!person) return null
  const name = lineFor(person.name, 200)
  const email = lineFor(person.email, 320)
  const login = lineFor(person.login, 100)
  return { ...(name ? { name } : {}), ...(email ? { email } : {}), ...(login ? { login } : {}) }
}

/** Outside of any CI: a cron job, or somebody's terminal. */
async function gitJob(env: Env): Promise<CiJob> {
  const git = (...args: string[]) => commandOutput('git', args)
  const [remote, branch, head] = await Promise.all([
    git('remote', 'get-url', 'origin'),
    git('symbolic-ref', '--short', 'HEAD'),
    git('log', '-1', '--no-show-signature', '--format=%H%n%an <%ae>%n%B'),
  ])
  const [revision = null, author = null, ...message] = head?.split('\n') ?? []
  const id = `${hostname()}-${randomUUID()}`
  return {
    ci: 'this machine',
    slug: slugOfRemote(remote),
    branch,
    tag: null,
    revision,
    pipeline: { id },
    workflow: { id, name: 'local' },
    build: { id, name: 'job', url: null, nodeIndex: 0 },
    commit: { ...messageOf(head && message.join('\n')), author: personOf(author) },
    actor: null,
    pullRequest: null,
    idToken: env.BUILDPASS_ID_TOKEN ? async () => env.BUILDPASS_ID_TOKEN ?? null : null,
    idTokenHint: 'Set BUILDPASS_TOKEN, or run buildpass login.',
  }
}
