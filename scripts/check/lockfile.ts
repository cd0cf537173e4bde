type Dependencies = Readonly<Record<string, string>>
type LockedPackage = {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly optional?: boolean
  readonly link?: boolean
  readonly dependencies?: Dependencies
  readonly devDependencies?: Dependencies
  readonly optionalDependencies?: Dependencies
}
export type Lockfile = { readonly packages: Readonly<Record<string, LockedPackage>> }
export type Manifest = Pick<LockedPackage, 'dependencies' | 'devDependencies' | 'optionalDependencies'>

const REGISTRY = 'https://registry.npmjs.org/'
const KINDS = ['dependencies', 'devDependencies', 'optionalDependencies'] as const

/** What would make `npm ci` refuse the lock, or install something else than package.json says. */
export function lockfileProblems(lock: Lockfile, manifest: Manifest): readonly string[] {
  const problems: string[] = []
  for (const kind of KINDS) {
    if (sortedText(lock.packages['']?.[kind]) !== sortedText(manifest[kind]))
      problems.push(`${kind} differ from those of package.json: run npm install`)
  }
  for (const [path, locked] of Object.entries(lock.packages)) {
    if (path === '' || locked.link) continue
    if (locked.resolved && !locked.resolved.startsWith(REGISTRY)) problems.push(`${path} comes from ${locked.resolved}`)
    // A platform's package that is not served has no digest to lock; it is optional.
    if (!locked.integrity && !locked.optional) problems.push(`${path} has no integrity`)
  }
  // npm drops an optional package that it cannot fetch from the lock without a word, and npm ci then refuses the lock.
  for (const [path, { optionalDependencies = {} }] of Object.entries(lock.packages)) {
    for (const [name, wanted] of Object.entries(optionalDependencies)) {
      const found = findInstalled(lock, path, name)
      if (!found) problems.push(`${name}@${wanted}, optional for ${path || 'this package'}, is missing`)
      else if (isExact(wanted) && found.version !== wanted)
        problems.push(`${name} is ${found.version}, but ${path || 'this package'} wants ${wanted}`)
    }
  }
  return problems
}

/** The package that `name` means to the one at `path`: Node looks from the innermost folder outwards. */
function findInstalled(lock: Lockfile, path: string, name: string): LockedPackage | null {
  const found = lock.packages[`${path === '' ? '' : `${path}/`}node_modules/${name}`]
  if (found) return found
  if (path === '') return null
  const end = path.lastIndexOf('/node_modules/')
  return findInstalled(lock, end < 0 ? '' : path.slice(0, end), name)
}

function isExact(version: string): boolean {
  return /^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)
}

function sortedText(dependencies: Dependencies = {}): string {
  return JSON.stringify(Object.entries(dependencies).sort())
}
