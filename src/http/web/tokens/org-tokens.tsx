import type { Context } from 'hono'
import { asCreator } from '../../../domain/access/actor.ts'
import type { Limits } from '../../../domain/access/limits/limits.ts'
import { parseScope } from '../../../domain/access/scope.ts'
import { parseLabel } from '../../../domain/label.ts'
import { type Organization, organizationSlugOf, parseOrganization } from '../../../domain/organization.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import { listCreatorOrgs, mayCreateIn } from '../../../storage/projects/project-settings.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import type { App } from '../../frame/route.ts'
import { accountPage } from '../account/account-layout.tsx'
import { page } from '../frame/page.ts'
import { Field, fieldAttributes } from '../parts/form-parts.tsx'
import { Icon } from '../parts/icon.tsx'
import { Empty, PageHead } from '../parts/parts.tsx'
import { parseExpiry } from './expiry.tsx'
import { type LimitErrors, parseLimits } from './limits-fields.tsx'
import { NewTokenForm } from './new-token-form.tsx'
import { ScopeField } from './scope-field.tsx'
import { tokenPage } from './token-page.tsx'
import {
  askRotation,
  confirmDeletion,
  createToken,
  deleteAsked,
  readTokens,
  rotateAsked,
  type TokenPlace,
} from './token-pages.tsx'
import { NoSuchTokens, TokenTable } from './token-parts.tsx'

const LIST = '/account/organizations'

/** User settings → Organization tokens: for several projects at once. */
export function mountOrgTokenPages(app: App): void {
  page(app, 'GET /account/organizations', async (c, { viewer }) => {
    const place = placeOf(c, viewer)
    const [{ tokens, slugs, isNone: isEmpty, filters, pager }, orgs] = await Promise.all([
      readTokens(c, place),
      organizationsOf(c, viewer),
    ])
    const mayCreate = orgs === 'any' || orgs.length > 0
    const create = mayCreate && (
      <a class="button primary" href={`${LIST}/new`}>
        <Icon name="plus" /> Create New Token
      </a>
    )
    return place.show(
      { title: 'Organization tokens' },
      <>
        <PageHead title="Organization tokens" actions={!isEmpty && create}>
          They read all projects of an organization that you administer when they are used: for dashboards and build
          lights, without a token of yours that does more.
        </PageHead>
        {isEmpty ? (
          <Empty icon="key" title="You have no organization tokens">
            <p>
              {mayCreate
                ? 'One token shows a dashboard, or a reader of cc.xml, all of your projects of an organization, and changes nothing.'
                : 'An owner of this server lets people create the projects and the tokens of an organization: ask one.'}
            </p>
            {create}
          </Empty>
        ) : (
          <>
            {filters}
            {tokens.length === 0 ? (
              <NoSuchTokens list={LIST} />
            ) : (
              <TokenTable
                tokens={tokens}
                slugs={slugs}
                base={LIST}
                now={c.env.stores.now()}
                caption="Your tokens for organizations"
              />
            )}
            {pager}
          </>
        )}
      </>,
    )
  })

  page(app, 'GET /account/organizations/new', (c, { viewer }) => newTokenPage(c, viewer, new URLSearchParams()))

  page(app, 'POST /account/organizations', async (c, asked) => {
    const { viewer, form, actor } = asked
    const organization = parseOrganization(form.get('organization')?.trim() ?? '')
    const mayCreate = organization !== null && (await mayCreateIn(c.env.stores.db, organization, viewer))
    const label = parseLabel(form.get('label') ?? '')
    const scope = parseScope(form.get('scope') ?? '')
    const expiry = parseExpiry(form, c.env.stores.now())
    const limits = parseLimits(form, { kind: 'project', scope, expiresAt: expiry.ok ? expiry.expiresAt : null })
    if (!organization || !mayCreate || !label.ok || !scope || !expiry.ok || !limits.ok)
      return newTokenPage(c, viewer, form, {
        ...(organization ? {} : { organization: 'Write an organization like gh/acme.' }),
        ...(organization && !mayCreate ? { organization: 'An owner has not let you create there.' } : {}),
        ...(label.ok ? {} : { label: `The token label ${label.rule}.` }),
        ...(scope ? {} : { scope: 'Choose what the token opens.' }),
        ...(expiry.ok ? {} : { expiry: expiry.rule }),
        ...(limits.ok ? {} : { limits: limits.errors }),
      })
    const wanted = {
      kind: 'organization',
      ...{ userId: viewer.userId, organization, scope, label: label.label },
      expiresAt: expiry.expiresAt,
      limits: limits.limits as Limits | null,
    } as const
    return createToken(c, placeOf(c, viewer), wanted, {
      ...asked,
      actor: asCreator(actor, organization),
      askAgain: (errors) => newTokenPage(c, viewer, form, errors),
    })
  })

  page(app, 'GET /account/organizations/:id', (c, { viewer, params }) => tokenPage(c, placeOf(c, viewer), params))
  page(app, 'GET /account/organizations/:id/delete', (c, { viewer, params }) =>
    confirmDeletion(c, placeOf(c, viewer), params),
  )
  page(app, 'POST /account/organizations/:id/delete', (c, asked) => deleteAsked(c, placeOf(c, asked.viewer), asked))
  page(app, 'GET /account/organizations/:id/rotate', (c, { viewer, params }) =>
    askRotation(c, placeOf(c, viewer), params),
  )
  page(app, 'POST /account/organizations/:id/rotate', (c, asked) => rotateAsked(c, placeOf(c, asked.viewer), asked))
}

function placeOf(c: Context<AppEnv>, viewer: Viewer): TokenPlace {
  return {
    viewer,
    holder: { kind: 'organization', userId: viewer.userId, organization: null },
    list: LIST,
    show: (frame, content) => accountPage(c, viewer, { here: LIST, ...frame }, content),
  }
}

/** The organizations for which the viewer may make tokens: an owner for any. */
async function organizationsOf(c: Context<AppEnv>, { instanceRole, userId }: Viewer): Promise<'any' | Organization[]> {
  return instanceRole === 'owner' ? 'any' : listCreatorOrgs(c.env.stores.db, userId)
}

type Errors = {
  readonly organization?: string
  readonly label?: string
  readonly scope?: string
  readonly expiry?: string
  readonly limits?: LimitErrors
}

async function newTokenPage(
  c: Context<AppEnv>,
  viewer: Viewer,
  form: URLSearchParams,
  errors?: Errors,
): Promise<Response> {
  const orgs = await organizationsOf(c, viewer)
  const only = orgs !== 'any' && orgs.length === 1 && orgs[0] ? organizationSlugOf(orgs[0]) : ''
  return placeOf(c, viewer).show(
    { title: 'Create an organization token', status: errors ? 422 : 200 },
    <>
      <PageHead title="Create an organization token" />
      <NewTokenForm
        viewer={viewer}
        list={LIST}
        form={form}
        kind="project"
        errors={errors}
        label={{ text: 'Token Label', hint: 'To remember it by, e.g. “Dashboard” or “Build light”.' }}
        usual="365"
        now={c.env.stores.now()}
        button="Add Token"
      >
        <Field
          name="organization"
          label="Organization"
          error={errors?.organization}
          hint={
            orgs === 'any'
              ? 'Like gh/acme: of its projects those that you administer.'
              : `You may make tokens for ${orgs.map(organizationSlugOf).join(', ') || 'none'}.`
          }
        >
          <input
            type="text"
            {...fieldAttributes('organization', { error: errors?.organization, hint: true })}
            value={form.get('organization') ?? only}
            required
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
          />
        </Field>
        <ScopeField chosen={parseScope(form.get('scope') ?? '') ?? 'status'} error={errors?.scope} />
      </NewTokenForm>
    </>,
  )
}
