import { wordTable } from './formats/word-table.ts'

/** The version-control hosts, by their short name on our paths. */
export type Vcs = 'gh' | 'bb' | 'gl'

export const VCS: Record<
  Vcs,
  {
    readonly longName: 'github' | 'bitbucket' | 'gitlab'
    readonly provider: 'GitHub' | 'Bitbucket' | 'GitLab'
    readonly host: string
  }
> = {
  gh: { longName: 'github', provider: 'GitHub', host: 'github.com' },
  bb: { longName: 'bitbucket', provider: 'Bitbucket', host: 'bitbucket.org' },
  gl: { longName: 'gitlab', provider: 'GitLab', host: 'gitlab.com' },
}

const VCS_NAMES = wordTable<Vcs>({ gh: 'gh', github: 'gh', bb: 'bb', bitbucket: 'bb', gl: 'gl', gitlab: 'gl' })

/** `vcs/org/repo`. Hosts ignore letter case, so `slugKeyFor` does too; the written case is kept for showing. */
export type Slug = { readonly vcs: Vcs; readonly org: string; readonly repo: string }

/** A project by its ids, as CircleCI writes it where there is no slug: `circleci/<org-id>/<project-id>`. */
export type IdSlug = { readonly vcs: 'circleci'; readonly orgId: string; readonly projectId: string }

/** What somebody calls a project. */
export type ProjectName = Slug | IdSlug

export type Visibility = 'private' | 'public'

/** What becomes of a token that was found in public: it ends, or ends and leaves a successor with its scope and limits. */
export type OnLeak = 'end' | 'replace'
export const ON_LEAK = ['end', 'replace'] as const satisfies readonly OnLeak[]

/** The part of a project that deciding and addressing need; everything here is fenced by the revocation feed. */
export type Project = Slug & {
  readonly id: string
  readonly visibility: Visibility
  readonly defaultBranch: string
  /** Where the repository is, if not where its slug alone would have it: on a server of somebody's own. */
  readonly repositoryUrl: string | null
}

export type Role = 'admin' | 'member'

const NAME_SHAPE = /^[A-Za-z0-9_.-]{1,100}$/

export function parseVcs(text: string): Vcs | null {
  return VCS_NAMES.get(text) ?? null
}

/** A slug from its three parts, long or short vcs name; null when a part cannot be one. */
export function parseSlugParts(vcsText: string, org: string, repo: string): Slug | null {
  const vcs = parseVcs(vcsText)
  if (!vcs || !isName(org) || !isName(repo)) return null
  return { vcs, org, repo }
}

/** A slug from `vcs/org/repo`. */
export function parseSlug(text: string): Slug | null {
  const parts = text.split('/')
  return parts.length === 3 ? parseSlugParts(parts[0] ?? '', parts[1] ?? '', parts[2] ?? '') : null
}

const ID_SHAPE = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** A slug, or the ids that stand for one, from its three parts. */
export function parseProjectName(vcs: string, org: string, repo: string): ProjectName | null {
  if (vcs !== 'circleci') return parseSlugParts(vcs, org, repo)
  if (!ID_SHAPE.test(org) || !ID_SHAPE.test(repo)) return null
  return { vcs, orgId: org.toLowerCase(), projectId: repo.toLowerCase() }
}

export function isByIds(name: ProjectName): name is IdSlug {
  return name.vcs === 'circleci'
}

export function slugText(slug: Slug): string {
  return `${slug.vcs}/${slug.org}/${slug.repo}`
}

/** The form under which a project is looked up. */
export function slugKeyFor(slug: Slug): string {
  return slugText(slug).toLowerCase()
}

/** Whether two slugs name one project. Mostly they are written alike, which is cheaper to see. */
export function isSameSlug(a: Slug, b: Slug): boolean {
  return (a.repo === b.repo && a.org === b.org && a.vcs === b.vcs) || slugKeyFor(a) === slugKeyFor(b)
}

/** Where the repository is. */
export function vcsUrlFor(project: Slug & Pick<Project, 'repositoryUrl'>): string {
  return project.repositoryUrl ?? publicUrlFor(project)
}

/** Where a repository of that name is at the public host. */
export function publicUrlFor({ vcs, org, repo }: Slug): string {
  return `https://${VCS[vcs].host}/${org}/${repo}`
}

/** A commit at the version-control host. */
export function commitUrlFor(project: Slug & Pick<Project, 'repositoryUrl'>, revision: string): string {
  // Bitbucket alone says "commits".
  return `${vcsUrlFor(project)}/${project.vcs === 'bb' ? 'commits' : 'commit'}/${encodeURIComponent(revision)}`
}

function isName(text: string): boolean {
  return NAME_SHAPE.test(text) && text !== '.' && text !== '..'
}
