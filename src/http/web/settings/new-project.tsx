import type { Context } from 'hono'
import { createProject } from '../../../actions/create-project.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import { parseSlugParts, slugText, VCS, type Vcs } from '../../../domain/project.ts'
import { listCreatorOrgs } from '../../../storage/projects/project-settings.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import type { App } from '../../frame/route.ts'
import { redirectTo } from '../frame/flash.ts'
import { FORM_ID, idForForm, newFormId } from '../frame/form-id.ts'
import { page } from '../frame/page.ts'
import { projectPath } from '../frame/paths.ts'
import { Field, Form, fieldAttributes } from '../parts/form-parts.tsx'
import { renderPage } from '../parts/layout.tsx'
import { Empty, PageHead } from '../parts/parts.tsx'
import { branchProblem } from './project-general.tsx'

const NAMES = ['vcs', 'org', 'repo', 'default_branch', 'visibility'] as const
type Texts = Readonly<Record<(typeof NAMES)[number], string>>
type Errors = Partial<Record<(typeof NAMES)[number], string>>

const BLANK: Texts = { vcs: 'gh', org: '', repo: '', default_branch: 'main', visibility: 'private' }
const NAME_RULE = 'Use 1 to 100 letters, digits, “.”, “_” and “-”.'

/** Making a project: as by the API, for owners and for whom an owner lets. */
export function mountNewProject(app: App): void {
  page(app, 'GET /projects/new', (c, { viewer }) => formPage(c, viewer, BLANK))

  page(app, 'POST /projects', async (c, { actor, viewer, form }) => {
    const textOf = (name: keyof Texts) => (form.get(name) ?? '').trim()
    const texts: Texts = {
      vcs: textOf('vcs'),
      org: textOf('org'),
      repo: textOf('repo'),
      default_branch: textOf('default_branch'),
      visibility: textOf('visibility'),
    }
    const { visibility } = texts
    const slug = parseSlugParts(texts.vcs, texts.org, texts.repo)
    const errors = problemsOf(texts)
    if (!slug || Object.keys(errors).length > 0 || (visibility !== 'private' && visibility !== 'public'))
      return formPage(c, viewer, texts, { errors, status: 422 })
    const onceId = await idForForm(viewer, form)
    const wanted = { slug, visibility, defaultBranch: texts.default_branch, onceId } as const
    const made = await createProject(c.env.stores, viewer, wanted, actor)
    switch (made) {
      case 'not_allowed':
        return formPage(c, viewer, texts, {
          errors: { org: `An owner of this instance has to let you create projects in ${slug.vcs}/${slug.org} first.` },
          status: 403,
        })
      case 'taken':
        return formPage(c, viewer, texts, {
          errors: { repo: `There is a project ${slugText(slug)} already.` },
          status: 409,
        })
      default:
        return redirectTo(projectPath(made), 'project-created')
    }
  })
}

function problemsOf({ vcs, org, repo, default_branch, visibility }: Texts): Errors {
  const errors: Errors = {}
  if (!Object.hasOwn(VCS, vcs)) errors.vcs = 'Choose where the code is.'
  // Each name by itself beside a good one, so that the right field is marked.
  if (!parseSlugParts('gh', org, 'x')) errors.org = NAME_RULE
  if (!parseSlugParts('gh', 'x', repo)) errors.repo = NAME_RULE
  const branch = branchProblem(default_branch)
  if (branch) errors.default_branch = branch
  if (visibility !== 'private' && visibility !== 'public') errors.visibility = 'Choose private or public.'
  return errors
}

async function formPage(
  c: Context<AppEnv>,
  viewer: Viewer,
  texts: Texts,
  { errors = {}, status = 200 }: { readonly errors?: Errors; readonly status?: number } = {},
): Promise<Response> {
  const isOwner = viewer.instanceRole === 'owner'
  const orgs = isOwner ? [] : await listCreatorOrgs(c.env.stores.db, viewer.userId)
  const isAsked = status !== 200
  return renderPage(
    c,
    { title: 'Add project', viewer, status, crumbs: [{ text: 'Add project' }] },
    <>
      <PageHead title="Add project">
        One for each repository: builds are reported to it and read from it, and its tokens open nothing else.
      </PageHead>
      {isOwner || orgs.length > 0 || isAsked ? (
        <Form viewer={viewer} action="/projects">
          <input type="hidden" name={FORM_ID} value={newFormId()} />
          <VcsField chosen={texts.vcs} error={errors.vcs} />
          <TextField
            name="org"
            label="Organization or user"
            texts={texts}
            errors={errors}
            hint={
              orgs.length > 0
                ? `You may create projects in ${orgs.map(({ vcs, org }) => `${vcs}/${org}`).join(', ')}.`
                : undefined
            }
          />
          <TextField name="repo" label="Repository" texts={texts} errors={errors} />
          <TextField name="default_branch" label="Default branch" texts={texts} errors={errors} />
          <Field
            name="visibility"
            label="Who can read it"
            error={errors.visibility}
            hint="Can be changed later, in the project’s settings."
          >
            <select {...fieldAttributes('visibility', { error: errors.visibility, hint: true })}>
              <option value="private" selected={texts.visibility !== 'public'}>
                Private: its members and tokens
              </option>
              <option value="public" selected={texts.visibility === 'public'}>
                Public: everybody, without a token
              </option>
            </select>
          </Field>
          <div class="actions">
            <button type="submit" class="button primary">
              Add project
            </button>
            <a class="button" href="/">
              Cancel
            </a>
          </div>
        </Form>
      ) : (
        <Empty icon="lock" title="You may not create projects yet">
          <p>
            An owner of this instance lets people create projects, organization by organization. To see a project that
            is there, ask one of its admins to add <strong>{viewer.user.login}</strong> as a member.
          </p>
        </Empty>
      )}
    </>,
  )
}

/** Where the code is. */
export function VcsField({ chosen, error }: { chosen: string; error?: string | undefined }) {
  return (
    <Field name="vcs" label="Code is on" error={error}>
      <select {...fieldAttributes('vcs', { error })}>
        {(Object.keys(VCS) as Vcs[]).map((vcs) => (
          <option value={vcs} selected={vcs === chosen}>
            {VCS[vcs].provider}
          </option>
        ))}
      </select>
    </Field>
  )
}

function TextField(props: {
  name: keyof Texts
  label: string
  texts: Texts
  errors: Errors
  hint?: string | undefined
}) {
  const { name, label, texts, errors, hint } = props
  const error = errors[name]
  return (
    <Field name={name} label={label} error={error} hint={hint}>
      <input
        type="text"
        {...fieldAttributes(name, { error, hint: hint !== undefined })}
        value={texts[name]}
        required
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
      />
    </Field>
  )
}
