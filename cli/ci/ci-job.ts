export type Env = Readonly<Record<string, string | undefined>>

/** One run of one job, from the environment of its CI; null where that does not have a value. */
export type CiJob = {
  readonly ci: string
  /** The project, `vcs/org/repo`. */
  readonly slug: string | null
  readonly branch: string | null
  readonly tag: string | null
  readonly revision: string | null
  /** Ids are unique within the project: a second report with an id is about the same thing. */
  readonly pipeline: { readonly id: string }
  readonly workflow: { readonly id: string; readonly name: string }
  readonly build: {
    readonly id: string
    readonly name: string
    readonly url: string | null
    readonly nodeIndex: number
    /** Which attempt at the job this is, where its CI says so other than by the ids: a higher one replaces a lower one. */
    readonly attempt?: number
  }
  readonly commit: { readonly subject: string | null; readonly body: string | null; readonly author: Person | null }
  readonly actor: Person | null
  readonly pullRequest: string | null
  /** The CI's word for who we are, for the server with that address; null where this job gets none. */
  readonly idToken: ((audience: string) => Promise<string | null>) | null
  /** How a job of this CI gets an ID token. */
  readonly idTokenHint: string
}

export type Person = { readonly name?: string; readonly email?: string; readonly login?: string }

/** A CI system: how to tell that we are in it, and where in the environment it says what. */
export type Ci = {
  readonly name: string
  readonly isHere: (env: Env) => boolean
  readonly job: (env: Env) => CiJob
}
