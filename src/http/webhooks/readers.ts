import { readBuildkite } from '../../domain/webhook-buildkite.ts'
import { readCircleci } from '../../domain/webhook-circleci.ts'
import { readGithub } from '../../domain/webhook-github.ts'
import { readGitlab } from '../../domain/webhook-gitlab.ts'
import { readJenkins } from '../../domain/webhook-jenkins.ts'
import type { WebhookEvent, WebhookReading } from '../../domain/webhook-reading.ts'
import type { WebhookSource } from '../../domain/webhook-source.ts'

/** What each system's deliveries mean. */
export const READ: Record<WebhookSource, (event: WebhookEvent) => WebhookReading> = {
  github: readGithub,
  gitlab: readGitlab,
  circleci: readCircleci,
  buildkite: readBuildkite,
  jenkins: readJenkins,
}
