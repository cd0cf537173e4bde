import { readBuildkite } from '../../domain/reporting/webhook-buildkite.ts'
import { readCircleci } from '../../domain/reporting/webhook-circleci.ts'
import { readGithub } from '../../domain/reporting/webhook-github.ts'
import { readGitlab } from '../../domain/reporting/webhook-gitlab.ts'
import { readJenkins } from '../../domain/reporting/webhook-jenkins.ts'
import type { WebhookEvent, WebhookReading } from '../../domain/reporting/webhook-reading.ts'
import type { WebhookSource } from '../../domain/reporting/webhook-source.ts'

/** What each system's deliveries mean. */
export const READ: Record<WebhookSource, (event: WebhookEvent) => WebhookReading> = {
  github: readGithub,
  gitlab: readGitlab,
  circleci: readCircleci,
  buildkite: readBuildkite,
  jenkins: readJenkins,
}
