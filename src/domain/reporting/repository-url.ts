import { publicUrlFor, type Slug, VCS } from '../project.ts'

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

const MAX_URL_LENGTH = 500
const CLONED_FROM = /^(?:https?|ssh|git):\/\/|^[\w.-]+@/i

/** The address for browsers of a project's repository, from that or a clone URL of it; null for any other repository. */
export function repositoryUrlOf(slug: Slug, text: string | null): string | null {
  const name = repositoryOf(text)
  if (text === null || !CLONED_FROM.test(text) || !name?.host || !isRepositoryOf(slug, name)) return null
  // An address to clone by SSH does not say where the pages are: on the same host, as they nearly always are.
  const origin = /^https?:/i.test(text) ? new URL(text).origin : `https://${name.host}`
  const url = `${origin}/${name.path}`
  if (url.length > MAX_URL_LENGTH || !URL.canParse(url)) return null
  const { href } = new URL(url)
  const publicUrl = publicUrlFor(slug)
  return href.toLowerCase() === publicUrl.toLowerCase() ? publicUrl : href
}

/**
 * Whether a repository that may be the project's by its slug is another one than the known one: in another subgroup. The
 * host does not matter, since mirrors have the same path on another.
 */
export function isOtherRepository(slug: Slug, known: string | null, reported: RepositoryName | null): boolean {
  const ours = repositoryOf(known)
  const [one, other] = [ours && pathFor(slug, ours), reported && pathFor(slug, reported)]
  return Boolean(one && other) && one !== other
}

function named(host: string, path: string): RepositoryName | null {
  const bare = path.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '')
  return bare.includes('/') ? { host: host.toLowerCase(), path: bare } : null
}

const KNOWN_HOSTS = Object.values(VCS).map(({ host }) => host as string)

/**
 * Whether that can be the project's repository. A GitLab subgroup has no place in a slug: the first and the last name count.
 * A host that is not one of the public ones is somebody's own server, and can be any project's.
 */
export function isRepositoryOf(slug: Slug, name: RepositoryName): boolean {
  return pathFor(slug, name) !== null
}

/** Its path in small letters, if it can be the project's. On a server of somebody's own it may come after a root. */
function pathFor(slug: Slug, { host, path }: RepositoryName): string | null {
  const isPublic = host !== null && KNOWN_HOSTS.includes(host)
  if (isPublic && host !== VCS[slug.vcs].host) return null
  const names = path.toLowerCase().split('/')
  // A URL would be led elsewhere by these, after the names were compared.
  if (names.some((name) => /^(?:\.|%2e){1,2}$/.test(name))) return null
  const start = host === null || isPublic ? 0 : names.indexOf(slug.org.toLowerCase())
  const ours = names.slice(Math.max(start, 0))
  const isOurs = ours.length >= 2 && ours[0] === slug.org.toLowerCase() && ours.at(-1) === slug.repo.toLowerCase()
  return isOurs ? ours.join('/') : null
}
