import type { NoticeKind } from './notice.ts'

/** The CI that starts the builds that people ask for here, without its secret, which is stored apart. */
export type DispatchTarget = {
  /** The names of the queued workflow and job until the CI reports its own. */
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

/** The address of a target: a message is sent only while this is the same; secret and settings may change. */
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

/**
 * A receiver of messages: when a build ends, or when a CI reports a run as failed, and commit statuses when it starts, too; or
 * of notices.
 */
export type Listener =
  /** With `notices` it gets those kinds, and no builds. */
  | { readonly kind: 'webhook'; readonly url: string; readonly notices?: readonly NoticeKind[] }
  /** Its address is a secret; `host` is what is shown of it. */
  | {
      readonly kind: 'slack' | 'teams'
      readonly host: string
      readonly name: string
      readonly notices: readonly NoticeKind[]
    }
  | { readonly kind: 'github-status'; readonly apiUrl: string; readonly repository: string; readonly context: string }
  | { readonly kind: 'gitlab-status'; readonly url: string; readonly repository: string; readonly context: string }

/** A listener that a commit has one status a name at. */
export type StatusListener = Extract<Listener, { readonly kind: 'github-status' | 'gitlab-status' }>

export function isStatusListener(listener: Listener): listener is StatusListener {
  return listener.kind === 'github-status' || listener.kind === 'gitlab-status'
}

/** A listener that gets notices. */
export type ChannelListener = Extract<Listener, { kind: 'webhook' | 'slack' | 'teams' }>

/** A channel at that address, which is its secret: the host is shown. */
export function channelFor(
  kind: 'slack' | 'teams',
  url: string,
  { name, notices }: { readonly name?: string | undefined; readonly notices: readonly NoticeKind[] },
): Listener {
  const { host } = new URL(url)
  return { kind, host, name: name ?? host, notices }
}

/** A listener that is told of builds. */
export type BuildListener = Exclude<Listener, { kind: 'slack' | 'teams' }>

export function hearsOfBuilds(listener: Listener): listener is BuildListener {
  return listener.kind !== 'slack' && listener.kind !== 'teams' && !('notices' in listener)
}

/** What people call a listener. */
export function listenerName(listener: Listener): string {
  switch (listener.kind) {
    case 'webhook':
      return new URL(listener.url).host
    case 'slack':
    case 'teams':
      return listener.name
    case 'github-status':
    case 'gitlab-status':
      return listener.repository
  }
}

/** What a message asks of a dispatch target, or reports to a listener. */
export type OutboxEvent =
  | 'pipeline.trigger'
  | 'build.retry'
  | 'workflow.rerun'
  | 'build.cancel'
  | 'workflow.cancel'
  | 'build.started'
  | 'build.finished'
  | 'workflow.finished'
  | 'notice'

export type Parameters = Readonly<Record<string, string | number | boolean>>

/** Whether a target can stop a run that it started and called `remoteId`. */
export function canCancel(target: DispatchTarget, remoteId: string | null): boolean {
  return target.kind === 'webhook' || (target.kind === 'github-workflow' && remoteId !== null)
}
