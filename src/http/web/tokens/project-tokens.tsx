import type { Context } from 'hono'
import type { Limits } from '../../../domain/access/limits/limits.ts'
import { parseScope } from '../../../domain/access/scope.ts'
import { invalidInput } from '../../../domain/error.ts'
import { parseLabel } from '../../../domain/label.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import { ON_LEAK, type Project } from '../../../domain/project.ts'
import { dropSuccessor, findLeaks, findSuccessor, putOnLeak } from '../../../storage/tokens/successors.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import type { App } from '../../frame/route.ts'
import { redirectTo } from '../frame/flash.ts'
import { page } from '../frame/page.ts'
import { Icon } from '../parts/icon.tsx'
import { Empty, PageHead } from '../parts/parts.tsx'
import { settingsPage, settingsPath } from '../parts/settings-layout.tsx'
import { parseExpiry } from './expiry.tsx'
import { type LimitErrors, parseLimits } from './limits-fields.tsx'
import { NewTokenForm } from './new-token-form.tsx'
import { ScopeField } from './scope-field.tsx'
import { OnLeakForm, SuccessorList } from './successor-list.tsx'
import { tokenPage } from './token-page.tsx'
import {
  askRotation,
  type BreachErrors,
  confirmDeletion,
  createToken,
  deleteAsked,
  madeBefore,
  readTokens,
  rotateAsked,
  type TokenPlace,
} from './token-pages.tsx'
import { endSentence, NoSuchTokens, TokenTable } from './token-parts.tsx'

/** Project settings → Permissions → API Permissions. */
export function mountProjectTokens(app: App): void {
  page(app, 'GET /:vcs/:org/:repo/settings/api', async (c, { viewer, project }) => {
    const { now } = c.env.stores
    const place = placeOf(c, viewer, project)
    const { list, show } = place
    const [{ tokens, slugs, isNone: isEmpty, filters, pager }, { successors, onLeak }] = await Promise.all([
      readTokens(c, place),
      findLeaks(c.env.stores.db, project.id),
    ])
    const create = (
      <a class="button primary" href={`${list}/new`}>
        <Icon name="plus" /> Create Token
      </a>
    )
    return show(
      { title: 'API Permissions' },
      <>
        <PageHead title="API Permissions" actions={!isEmpty && create}>
          Project tokens read this project and nothing else. Give each program its own, with the least that it needs.
        </PageHead>
        <SuccessorList viewer={viewer} list={list} successors={successors} now={now()} />
        {isEmpty ? (
          <Empty icon="key" title="This project has no tokens">
            <p>
              A badge in a README needs a Status token, a release script that fetches artifacts a Build Artifacts token.
            </p>
            {create}
          </Empty>
        ) : (
          <>
            {filters}
            {tokens.length === 0 ? (
              <NoSuchTokens list={list} />
            ) : (
              <TokenTable tokens={tokens} slugs={slugs} base={list} now={now()} caption="Tokens of this project" />
            )}
            {pager}
          </>
        )}
        <OnLeakForm viewer={viewer} list={list} onLeak={onLeak} />
        <p class="promise muted">
          <Icon name="clock" /> {endSentence(c.env.settings.graceMs)}
        </p>
      </>,
    )
  })

  page(app, 'GET /:vcs/:org/:repo/settings/api/new', (c, { viewer, project }) =>
    newTokenPage(c, viewer, project, { form: new URLSearchParams() }),
  )

  page(app, 'POST /:vcs/:org/:repo/settings/api', async (c, asked) => {
    const { viewer, project, form } = asked
    const label = parseLabel(form.get('label') ?? '')
    const scope = parseScope(form.get('scope') ?? '')
    const expiry = parseExpiry(form, c.env.stores.now())
    const limits = parseLimits(form, { kind: 'project', scope, expiresAt: expiry.ok ? expiry.expiresAt : null })
    if (!label.ok || !scope || !expiry.ok || !limits.ok) {
      return newTokenPage(c, viewer, project, {
        form,
        errors: {
          ...(label.ok ? {} : { label: `The token label ${label.rule}.` }),
          ...(scope ? {} : { scope: 'Choose what the token opens.' }),
          ...(expiry.ok ? {} : { expiry: expiry.rule }),
          ...(limits.ok ? {} : { limits: limits.errors }),
        },
      })
    }
    const wanted = {
      kind: 'project',
      projectId: project.id,
      scope,
      label: label.label,
      expiresAt: expiry.expiresAt,
      // A project token names no projects.
      limits: limits.limits as Limits | null,
    } as const
    const askAgain = (errors: Errors) => newTokenPage(c, viewer, project, { form, errors })
    return createToken(c, placeOf(c, viewer, project), wanted, { ...asked, askAgain })
  })

  // Before the pages of a token, which any word could name.
  page(app, 'POST /:vcs/:org/:repo/settings/api/successors/:id', async (c, asked) => {
    const { viewer, project, params } = asked
    const place = placeOf(c, viewer, project)
    const wanted = await findSuccessor(c.env.stores, project.id, params.id)
    if (!wanted) return madeBefore(place)
    // It lives as long as the policy lets it, so that only networks can be in the way.
    const against = (errors: BreachErrors) => {
      throw invalidInput(
        '',
        `The policy of the owners is against it now. ${'limits' in errors ? errors.limits.cidrs : errors.expiry}`,
      )
    }
    return createToken(c, place, wanted, { ...asked, askAgain: against })
  })
  page(app, 'POST /:vcs/:org/:repo/settings/api/successors/:id/drop', async (c, { viewer, project, params, actor }) => {
    const { list } = placeOf(c, viewer, project)
    const isDropped = await dropSuccessor(c.env.stores, project.id, params.id, actor)
    return redirectTo(list, isDropped ? 'successor-dropped' : 'successor-gone')
  })
  page(app, 'POST /:vcs/:org/:repo/settings/api/on-leak', async (c, { viewer, project, form, actor }) => {
    const onLeak = ON_LEAK.find((one) => one === form.get('on_leak'))
    if (!onLeak) throw invalidInput('on_leak', 'Choose what becomes of it.')
    await putOnLeak(c.env.stores, project.id, onLeak, actor)
    return redirectTo(placeOf(c, viewer, project).list, 'on-leak-saved')
  })

  page(app, 'GET /:vcs/:org/:repo/settings/api/:id', (c, { viewer, project, params }) =>
    tokenPage(c, placeOf(c, viewer, project), params),
  )
  page(app, 'GET /:vcs/:org/:repo/settings/api/:id/delete', (c, { viewer, project, params }) =>
    confirmDeletion(c, placeOf(c, viewer, project), params),
  )
  page(app, 'POST /:vcs/:org/:repo/settings/api/:id/delete', (c, asked) =>
    deleteAsked(c, placeOf(c, asked.viewer, asked.project), asked),
  )
  page(app, 'GET /:vcs/:org/:repo/settings/api/:id/rotate', (c, { viewer, project, params }) =>
    askRotation(c, placeOf(c, viewer, project), params),
  )
  page(app, 'POST /:vcs/:org/:repo/settings/api/:id/rotate', (c, asked) =>
    rotateAsked(c, placeOf(c, asked.viewer, asked.project), asked),
  )
}

function placeOf(c: Context<AppEnv>, viewer: Viewer, project: Project): TokenPlace {
  return {
    viewer,
    holder: { kind: 'project', projectId: project.id },
    list: `${settingsPath(project)}/api`,
    show: (frame, content) => settingsPage(c, { viewer, project, here: '/api' }, frame, content),
    typed: 'DELETE',
  }
}

type Errors = {
  readonly label?: string
  readonly scope?: string
  readonly expiry?: string
  readonly limits?: LimitErrors
}

function newTokenPage(
  c: Context<AppEnv>,
  viewer: Viewer,
  project: Project,
  { form, errors }: { readonly form: URLSearchParams; readonly errors?: Errors },
): Response {
  const { list, show } = placeOf(c, viewer, project)
  return show(
    { title: 'Create a project token', status: errors ? 422 : 200 },
    <>
      <PageHead title="Create a project token" />
      <NewTokenForm
        viewer={viewer}
        list={list}
        form={form}
        kind="project"
        errors={errors}
        label={{ text: 'Token Label', hint: 'To remember it by, e.g. “README badge” or “Release script”.' }}
        usual="never"
        now={c.env.stores.now()}
        button="Add Token"
      >
        <ScopeField chosen={parseScope(form.get('scope') ?? '') ?? 'status'} error={errors?.scope} />
      </NewTokenForm>
    </>,
  )
}
