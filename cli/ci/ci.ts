import { buildkite } from './buildkite.ts'
import type { Ci, CiJob, Env } from './ci-job.ts'
import { circleci } from './circleci.ts'
import { githubActions } from './github-actions.ts'
import { gitlab } from './gitlab.ts'
import { jenkins } from './jenkins.ts'
import { woodpecker } from './woodpecker.ts'

export const CI_SYSTEMS: readonly Ci[] = [githubActions, gitlab, circleci, buildkite, woodpecker, jenkins]

/** The job that we are in; null outside of any CI that we know. */
export function findCiJob(env: Env): CiJob | null {
  return CI_SYSTEMS.find((ci) => ci.isHere(env))?.job(env) ?? null
}
