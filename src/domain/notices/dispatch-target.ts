/** Where the runs that somebody asks for here are started: each with what is public of it. Its secret is kept apart. */
export type DispatchTarget = {
  /** Names for what is queued before the CI has told its own. */
  readonly workflowName: string
  readonly jobName: string
} & (
  | {
      readonly kind: 'github-workflow'
      readonly apiUrl: string
      readonly repository: string
      readonly workflow: string
      /** Whether the workflow declares the inputs `buildpass_pipeline`, `buildpass_workflow` and `buildpass_build`. */
      readonly passIds: boolean
    }
  | {
      readonly kind: 'github-repository'
      readonly apiUrl: string
      readonly repository: string
      readonly eventType: string
    }
  | {
      readonly kind: 'gitlab'
      readonly url: string
      readonly repository: string
      readonly sendEnvVars: boolean
    }
  | { readonly kind: 'webhook'; readonly url: string; readonly sendEnvVars: boolean }
)

/** Where a target is: what was asked of one is not for another, though its secret and settings may change. */
export function addressOf(target: DispatchTarget): string {
  switch (target.kind) {
    case 'github-workflow':
      return JSON.stringify([target.kind, target.apiUrl, target.repository, target.workflow])
    case 'github-repository':
      return JSON.stringify([target.kind, target.apiUrl, target.repository, target.eventType])
    case 'gitlab':
      return JSON.stringify([target.kind, target.url, target.repository])
    case 'webhook':
      return JSON.stringify([target.kind, target.url])
  }
}

export const GITHUB_API = 'https://api.github.com'
export const GITLAB = 'https://gitlab.com'

/** Who is told when a build ends, or when a CI ended a run as failed. */
export type Listener =
  | { readonly kind: 'webhook'; readonly url: string }
  | { readonly kind: 'github-status'; readonly apiUrl: string; readonly repository: string; readonly context: string }

/** What is asked of a target, or told a listener. */
export type OutboxEvent =
  | 'pipeline.trigger'
  | 'build.retry'
  | 'workflow.rerun'
  | 'build.cancel'
  | 'workflow.cancel'
  | 'build.finished'
  | 'workflow.finished'

export type Parameters = Readonly<Record<string, string | number | boolean>>

/** How the target is told to stop, given what it answered when it was told to start; null where it cannot be. */
export function canCancel(target: DispatchTarget, remoteId: string | null): boolean {
  return target.kind === 'webhook' || (target.kind === 'github-workflow' && remoteId !== null)
}
