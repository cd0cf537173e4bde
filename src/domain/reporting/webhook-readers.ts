import { readBuildkite } from './webhook-buildkite.ts'
import { readCircleci } from './webhook-circleci.ts'
import { readGithub } from './webhook-github.ts'
import { readGitlab } from './webhook-gitlab.ts'
import { readJenkins } from './webhook-jenkins.ts'
import type { WebhookEvent, WebhookReading } from './webhook-reading.ts'
import type { WebhookSource } from './webhook-source.ts'

/** What each system's deliveries mean. */
export const READ: Record<WebhookSource, (event: WebhookEvent) => WebhookReading> = {
  github: readGithub,
  gitlab: readGitlab,
  circleci: readCircleci,
  buildkite: readBuildkite,
  jenkins: readJenkins,
}
