import { lineAt, urlAt, valueAt } from './payload.ts'
import type { WebhookSource } from './webhook-source.ts'

/** Where a payload says that its repository is: an address for browsers, or else one to clone from. */
export const REPOSITORY_IN: Record<WebhookSource, (payload: unknown) => string | null> = {
  github: (payload) => urlAt(payload, 'repository', 'html_url'),
  gitlab: (payload) => urlAt(payload, 'project', 'web_url') ?? urlAt(payload, 'repository', 'homepage'),
  circleci: (payload) => {
    const given = valueAt(payload, 'pipeline', 'trigger_parameters')
    return (
      lineAt(payload, 'pipeline', 'vcs', 'target_repository_url') ??
      lineAt(given, 'gitlab', 'web_url') ??
      lineAt(given, 'github_app', 'repo_url') ??
      lineAt(given, 'git', 'repo_url')
    )
  },
  buildkite: (payload) => lineAt(payload, 'pipeline', 'repository'),
  jenkins: (payload) => lineAt(payload, 'build', 'scm', 'url'),
}
