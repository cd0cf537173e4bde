import { type Slug, VCS } from './project.ts'

/** A repository as somebody else names it; `host` is null when only its path is known. */
export type RepositoryName = { readonly host: string | null; readonly path: string }

/** The repository in a clone or web URL: `https://host/a/b(.git)`, `ssh://git@host/a/b`, `git@host:a/b`. */
export function repositoryOf(url: string | null): RepositoryName | null {
  if (url === null) return null
  const scp = /^[\w.-]+@([\w.-]+):(?!\/\/)(.+)$/.exec(url)
  if (scp?.[1] && scp[2]) return named(scp[1], scp[2])
  if (!URL.canParse(url)) return null
  const { hostname, pathname } = new URL(url)
  return named(hostname, pathname)
}

function named(host: string, path: string): RepositoryName | null {
  const bare = path.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '')
  return bare.includes('/') ? { host: host.toLowerCase(), path: bare } : null
}

const KNOWN_HOSTS = Object.values(VCS).map(({ host }) => host as string)

/**
 * Whether that is the project's repository. A GitLab subgroup has no place in a slug: the first and the last name count.
 * A host that is not one of the public ones is somebody's own server, and can be any project's.
 */
export function isRepositoryOf(slug: Slug, { host, path }: RepositoryName): boolean {
  if (host !== null && KNOWN_HOSTS.includes(host) && host !== VCS[slug.vcs].host) return false
  const names = path.toLowerCase().split('/')
  return names.length >= 2 && names[0] === slug.org.toLowerCase() && names.at(-1) === slug.repo.toLowerCase()
}
