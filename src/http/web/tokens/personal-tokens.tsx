import type { Context } from 'hono'
import { wholeReach } from '../../../domain/access/limits/reach.ts'
import { parseLabel } from '../../../domain/label.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import { slugText } from '../../../domain/project.ts'
import { resolvedLimits } from '../../../storage/tokens/limit-projects.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { publicOriginOf } from '../../frame/request/origin.ts'
import type { App } from '../../frame/route.ts'
import { accountPage } from '../account/account-layout.tsx'
import { page } from '../frame/page.ts'
import { Icon } from '../parts/icon.tsx'
import { Copyable, Empty, PageHead } from '../parts/parts.tsx'
import { parseExpiry } from './expiry.tsx'
import { type LimitErrors, parseLimits } from './limits-fields.tsx'
import { NewTokenForm } from './new-token-form.tsx'
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

const LIST = '/account/api'

/** User settings → Personal API Tokens. */
export function mountPersonalTokens(app: App): void {
  page(app, 'GET /account/api', async (c, { viewer }) => {
    const { now } = c.env.stores
    const place = placeOf(c, viewer)
    const { tokens, slugs, isNone: isEmpty, filters, pager } = await readTokens(c, place)
    const create = (
      <a class="button primary" href={`${LIST}/new`}>
        <Icon name="plus" /> Create New Token
      </a>
    )
    return place.show(
      { title: 'Personal API Tokens' },
      <>
        <PageHead title="Personal API Tokens" actions={!isEmpty && create}>
          They use the API as you: full read and write access to every project that you can reach, unless a limit says
          less. A token cannot be changed, only rotated or deleted.
        </PageHead>
        {isEmpty ? (
          <Empty icon="key" title="You have no personal tokens">
            <p>
              Scripts and command-line tools use one to act as you. For a README badge or a release script a project
              token is the better choice: it reads one project and nothing else.
            </p>
            {create}
          </Empty>
        ) : (
          <>
            {filters}
            {tokens.length === 0 ? (
              <NoSuchTokens list={LIST} />
            ) : (
              <TokenTable tokens={tokens} slugs={slugs} base={LIST} now={now()} caption="Your personal API tokens" />
            )}
            {pager}
          </>
        )}
      </>,
    )
  })

  page(app, 'GET /account/api/new', (c, { viewer }) => newTokenPage(c, viewer, new URLSearchParams()))

  page(app, 'POST /account/api', async (c, asked) => {
    const { viewer, form } = asked
    const name = parseLabel(form.get('label') ?? '')
    const expiry = parseExpiry(form, c.env.stores.now())
    const limits = parseLimits(form, { kind: 'personal', scope: null, expiresAt: expiry.ok ? expiry.expiresAt : null })
    if (!name.ok || !expiry.ok || !limits.ok) {
      return newTokenPage(c, viewer, form, {
        ...(name.ok ? {} : { label: `The token name ${name.rule}.` }),
        ...(expiry.ok ? {} : { expiry: expiry.rule }),
        ...(limits.ok ? {} : { limits: limits.errors }),
      })
    }
    const reach = wholeReach(viewer.userId)
    const resolved = limits.limits ? await resolvedLimits(c.env.stores.db, reach, limits.limits) : { limits: null }
    if (!('limits' in resolved)) {
      const slug = limits.limits?.projects?.[resolved.outOfReach]
      const projects = `“${slug ? slugText(slug) : ''}” is no project that you reach.`
      return newTokenPage(c, viewer, form, { limits: { projects } })
    }
    const wanted = {
      kind: 'personal',
      userId: viewer.userId,
      label: name.label,
      expiresAt: expiry.expiresAt,
      limits: resolved.limits,
    } as const
    return createToken(c, placeOf(c, viewer), wanted, {
      ...asked,
      more: <TryIt origin={publicOriginOf(c)} />,
      askAgain: (errors) => newTokenPage(c, viewer, form, errors),
    })
  })

  page(app, 'GET /account/api/:id', (c, { viewer, params }) => tokenPage(c, placeOf(c, viewer), params))
  page(app, 'GET /account/api/:id/delete', (c, { viewer, params }) => confirmDeletion(c, placeOf(c, viewer), params))
  page(app, 'POST /account/api/:id/delete', (c, asked) => deleteAsked(c, placeOf(c, asked.viewer), asked))
  page(app, 'GET /account/api/:id/rotate', (c, { viewer, params }) => askRotation(c, placeOf(c, viewer), params))
  page(app, 'POST /account/api/:id/rotate', (c, asked) => rotateAsked(c, placeOf(c, asked.viewer), asked))
}

function placeOf(c: Context<AppEnv>, viewer: Viewer): TokenPlace {
  return {
    viewer,
    holder: { kind: 'personal', userId: viewer.userId },
    list: LIST,
    show: (frame, content) => accountPage(c, viewer, { here: LIST, ...frame }, content),
  }
}

type Errors = { readonly label?: string; readonly expiry?: string; readonly limits?: LimitErrors }

function newTokenPage(c: Context<AppEnv>, viewer: Viewer, form: URLSearchParams, errors?: Errors): Response {
  return placeOf(c, viewer).show(
    { title: 'Create a personal API token', status: errors ? 422 : 200 },
    <>
      <PageHead title="Create a personal API token" />
      <NewTokenForm
        viewer={viewer}
        list={LIST}
        form={form}
        kind="personal"
        errors={errors}
        label={{ text: 'Token name', hint: 'To remind you how it will be used, e.g. “Laptop” or “Release script”.' }}
        usual="365"
        now={c.env.stores.now()}
        button="Add API Token"
      />
    </>,
  )
}

function TryIt({ origin }: { origin: string }) {
  return (
    <section class="section">
      <h2>Try it</h2>
      <p>
        With the token in the variable <code>TOKEN</code>:
      </p>
      <Copyable id="try" text={`curl -H "Circle-Token: $TOKEN" ${origin}/api/v1.1/me`} label="Command" />
    </section>
  )
}
