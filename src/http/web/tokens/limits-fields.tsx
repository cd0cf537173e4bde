import type { WishedLimits } from '../../../domain/access/limits/limits.ts'
import { ACCESS_LEVELS, type AccessLevel, MAX_NETWORKS, MAX_PROJECTS } from '../../../domain/access/limits/limits.ts'
import { parseNetwork } from '../../../domain/access/limits/network.ts'
import { MAX_PATTERNS, type Pattern, patternProblem } from '../../../domain/access/limits/pattern.ts'
import type { Scope } from '../../../domain/access/scope.ts'
import type { Token, TokenLimits } from '../../../domain/access/token.ts'
import { parseDay } from '../../../domain/formats/rfc3339.ts'
import { parseSlug, type Slug, slugText } from '../../../domain/project.ts'
import { Field, fieldAttributes } from '../parts/form-parts.tsx'

export type LimitErrors = {
  readonly access?: string
  readonly only?: string
  readonly projects?: string
  readonly branches?: string
  readonly paths?: string
  readonly cidrs?: string
  readonly not_before?: string
}

export type FilledLimits =
  | { readonly ok: true; readonly limits: WishedLimits | null }
  | { readonly ok: false; readonly errors: LimitErrors }

/** The limits that a form asks for; an empty field is none, and a field of the other kind of token is not read. */
export function parseLimits(
  form: URLSearchParams,
  of: { kind: 'personal' | 'project'; scope: Scope | null; expiresAt: number | null },
): FilledLimits {
  const textOf = (name: string, kind = of.kind) => (kind === of.kind ? (form.get(name) ?? '') : '')
  const level = textOf('access', 'personal')
  const access = Object.hasOwn(ACCESS_LEVELS, level) ? (level as AccessLevel) : null
  const badges = textOf('only', 'project')
  const slugTexts = wordsOf(textOf('projects', 'personal'))
  const slugs = slugTexts.map(parseSlug)
  const noSlug = slugTexts.find((_, i) => slugs[i] === null)
  const branches = patternsOf(textOf('branches', 'project'))
  const paths = patternsOf(textOf('paths', 'project'))
  const lines = wordsOf(textOf('cidrs'))
  const networks = lines.map(parseNetwork)
  const unread = lines.find((_, i) => networks[i] === null)
  const day = textOf('not_before')
  const notBefore = day === '' ? undefined : parseDay(day)
  const errors: LimitErrors = {
    ...(level !== '' && !access ? { access: 'Choose what the token opens.' } : {}),
    ...(badges !== '' && (badges !== 'badges' || of.scope !== 'status')
      ? { only: 'Only a Status token can be for badges alone.' }
      : {}),
    ...(noSlug === undefined ? {} : { projects: `“${noSlug}” is no project: write gh/acme/web.` }),
    ...(slugs.length > MAX_PROJECTS ? { projects: `A token has at most ${MAX_PROJECTS} projects.` } : {}),
    ...(branches.problem === null ? {} : { branches: branches.problem }),
    ...(paths.problem === null ? {} : { paths: paths.problem }),
    ...(paths.patterns.length > 0 && of.scope === 'status'
      ? { paths: 'A Status token opens no artifacts: leave this empty.' }
      : {}),
    ...(unread === undefined ? {} : { cidrs: `“${unread}” is no network: write 10.0.0.0/8 or 2001:db8::/32.` }),
    ...(lines.length > MAX_NETWORKS ? { cidrs: `A token has at most ${MAX_NETWORKS} networks.` } : {}),
    ...(notBefore === null ? { not_before: 'Choose the first day on which the token works.' } : {}),
    ...((notBefore ?? 0) < (of.expiresAt ?? Number.POSITIVE_INFINITY)
      ? {}
      : { not_before: 'Choose a day before the token expires.' }),
  }
  if (Object.keys(errors).length > 0) return { ok: false, errors }
  const cidrs = networks.filter((network) => network !== null)
  const projects = slugs.filter((slug) => slug !== null)
  const limits = {
    ...(access && access !== 'admin' ? { access } : {}),
    ...(projects.length > 0 ? { projects } : {}),
    ...(badges === '' ? {} : { only: 'badges' as const }),
    ...(branches.patterns.length > 0 ? { branches: branches.patterns } : {}),
    ...(paths.patterns.length > 0 ? { paths: paths.patterns } : {}),
    ...(cidrs.length > 0 ? { cidrs } : {}),
    ...(notBefore === undefined || notBefore === null ? {} : { notBefore }),
  }
  return { ok: true, limits: Object.keys(limits).length > 0 ? limits : null }
}

function wordsOf(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '')
}

/** Patterns, one a line: a path may have blanks in it. */
function patternsOf(text: string): { readonly patterns: readonly string[]; readonly problem: string | null } {
  const patterns = text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const bad = patterns.find((pattern) => patternProblem(pattern) !== null)
  if (bad !== undefined) return { patterns, problem: `“${bad}” ${patternProblem(bad)}.` }
  return { patterns, problem: patterns.length > MAX_PATTERNS ? `There are at most ${MAX_PATTERNS} patterns.` : null }
}

/** A folded part of the form that makes a token: what it opens less than others of its kind. */
export function LimitsFields(props: { kind: Token['kind']; form: URLSearchParams; errors: LimitErrors | undefined }) {
  const { kind, form, errors = {} } = props
  const isUsed =
    ['only', 'projects', 'branches', 'paths', 'cidrs', 'not_before'].some((name) => form.get(name)) ||
    (form.get('access') ?? 'admin') !== 'admin'
  return (
    <details class="more limits" open={isUsed || Object.keys(errors).length > 0}>
      <summary>Limits</summary>
      {kind === 'personal' && (
        <Field
          name="access"
          label="Opens"
          error={errors.access}
          hint="Of what you may do yourself: “Read” changes nothing, “Read and write” leaves out settings, members and tokens."
        >
          <select {...fieldAttributes('access', { error: errors.access, hint: true })}>
            {Object.entries(ACCESS_LEVELS).map(([level, { name }]) => (
              <option value={level} selected={level === (form.get('access') ?? 'admin')}>
                {name}
              </option>
            ))}
          </select>
        </Field>
      )}
      {kind === 'personal' && (
        <Field
          name="projects"
          label="Projects"
          error={errors.projects}
          hint="One a line, like gh/acme/web. Others are out of its reach. Empty: all that you reach."
        >
          <Lines name="projects" form={form} error={errors.projects} />
        </Field>
      )}
      {kind === 'project' && (
        <div class={errors.only ? 'field bad' : 'field'}>
          <label class="choice">
            <input
              type="checkbox"
              {...fieldAttributes('only', { error: errors.only, hint: true })}
              value="badges"
              checked={form.get('only') === 'badges'}
            />{' '}
            Only badges
          </label>
          {errors.only && (
            <p class="field-error" id="only-error">
              {errors.only}
            </p>
          )}
          <p class="hint" id="only-hint">
            Badges, their JSON and cc.xml, and nothing else: for a README that anybody can read.
          </p>
        </div>
      )}
      {kind === 'project' && (
        <Field
          name="branches"
          label="Branches"
          error={errors.branches}
          hint="One a line, like main or release/*. Builds of others, and of tags, are out of its reach. Empty: all."
        >
          <Lines name="branches" form={form} error={errors.branches} />
        </Field>
      )}
      {kind === 'project' && (
        <Field
          name="paths"
          label="Paths"
          error={errors.paths}
          hint="Of artifacts, one a line, like dist/** or *.xml: these, and no log, pack or report. Empty: all."
        >
          <Lines name="paths" form={form} error={errors.paths} />
        </Field>
      )}
      <Field
        name="cidrs"
        label="Networks"
        error={errors.cidrs}
        hint="One a line, like 10.0.0.0/8 or 2001:db8::/32. From elsewhere the token is refused. Empty: from anywhere."
      >
        <Lines name="cidrs" form={form} error={errors.cidrs} />
      </Field>
      <Field name="not_before" label="First day" error={errors.not_before} hint="In UTC. Empty: it works at once.">
        <input
          type="date"
          {...fieldAttributes('not_before', { error: errors.not_before, hint: true })}
          value={form.get('not_before') ?? ''}
        />
      </Field>
    </details>
  )
}

function Lines({ name, form, error }: { name: string; form: URLSearchParams; error: string | undefined }) {
  return (
    <textarea
      {...fieldAttributes(name, { error, hint: true })}
      rows={2}
      autocomplete="off"
      autocapitalize="off"
      spellcheck={false}
    >
      {form.get(name) ?? ''}
    </textarea>
  )
}

/** The limits of a token, each in a word or two. */
export function LimitTags({ limits, slugs }: { limits: TokenLimits; slugs: ReadonlyMap<string, Slug> }) {
  if (limits === null) return null
  if (limits === 'unreadable')
    return (
      <span class="tags">
        <span class="tag bad" title="A later version of Buildpass made this token. Here it opens nothing.">
          limits unknown
        </span>
      </span>
    )
  const { access, only, projects, branches, paths, cidrs, notBefore } = limits
  return (
    <span class="tags">
      {access && access !== 'admin' && <span class="tag">{ACCESS_LEVELS[access].name.toLowerCase()}</span>}
      {projects && <ProjectsTag slugs={projects.flatMap((id) => slugs.get(id) ?? []).map(slugText)} />}
      {only && <span class="tag">only badges</span>}
      {branches && <PatternsTag of="branch" patterns={branches} />}
      {paths && <PatternsTag of="path" patterns={paths} />}
      {cidrs && (
        <span class="tag" title={cidrs.join(', ')}>
          {cidrs.length === 1 ? `from ${cidrs[0]}` : `from ${cidrs.length} networks`}
        </span>
      )}
      {notBefore !== undefined && <span class="tag">not before {new Date(notBefore).toISOString().slice(0, 10)}</span>}
    </span>
  )
}

function PatternsTag({ of, patterns }: { of: string; patterns: readonly Pattern[] }) {
  return (
    <span class="tag" title={patterns.join(', ')}>
      {patterns.length === 1 ? `${of} ${patterns[0]}` : `${patterns.length} ${of} patterns`}
    </span>
  )
}

/** One project by its name, more by their number; those that are gone are not counted. */
function ProjectsTag({ slugs }: { slugs: readonly string[] }) {
  const [first] = slugs
  const text = slugs.length === 0 ? 'no project any more' : slugs.length === 1 ? first : `${slugs.length} projects`
  return (
    <span class="tag" title={slugs.join(', ')}>
      {text}
    </span>
  )
}
