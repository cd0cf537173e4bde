import * as v from 'valibot'
import {
  claimProblems,
  ISSUERS,
  type IssuerKind,
  issuerFor,
  parseIssuerKind,
  type TrustedPublisher,
} from '../../../domain/access/trusted-publisher.ts'
import { AppError } from '../../../domain/error.ts'
import { lazily } from '../../../domain/lazily.ts'
import { deletePublisher, insertPublisher, listPublishers, MAX_PUBLISHERS } from '../../../storage/tokens/publishers.ts'
import { jsonDone, jsonRead, jsonWritten } from '../../frame/answers/answers.ts'
import { readJson } from '../../frame/request/input.ts'
import { type App, route } from '../../frame/route.ts'
import { isoOf } from '../../json/iso-time.ts'
import { namedValues } from '../../json/schemas.ts'
import type { PublisherJson, PublishersJson } from './publishers-shape.ts'

const KIND_RULE = `must be one of ${Object.keys(ISSUERS).join(', ')}`
export const publisherInput = lazily(() =>
  v.strictObject({
    kind: v.pipe(
      v.string(KIND_RULE),
      v.check((text) => parseIssuerKind(text) !== null, KIND_RULE),
      v.transform((text) => text as IssuerKind),
    ),
    issuer: v.optional(v.string('must be a URL')),
    claims: namedValues(v.string(), v.string('must be a string'), 'must be an object of claims and their values'),
  }),
)

/** Which CI jobs may report to a project by their identity alone. They are not edited, only deleted and made again. */
export function mountPublishers(app: App): void {
  route(app, 'GET /api/buildpass/v1/projects/:vcs/:org/:repo/publishers', async (c, { project }) => {
    const publishers = await listPublishers(c.env.stores.db, project.id)
    return jsonRead(c, {
      items: publishers.map((publisher) => ({ ...publisherJson(publisher), created_by: publisher.createdBy })),
    } satisfies PublishersJson)
  })

  route(app, 'POST /api/buildpass/v1/projects/:vcs/:org/:repo/publishers', async (c, { actor, project }) => {
    const { kind, issuer: named, claims } = await readJson(c, publisherInput())
    const problems = claimProblems(kind, claims)
    const [problem] = problems
    if (problem) throw new AppError('invalid_input', `${problem.path}: ${problem.message}`, { problems })
    const issuer = issuerFor(kind, named ?? null, claims, c.env.settings.ownIssuers)
    if (!issuer) {
      const message = 'is not one that is trusted here: whoever deploys this names it in OIDC_ISSUERS'
      throw new AppError('invalid_input', `issuer: ${message}`, { problems: [{ path: 'issuer', message }] })
    }
    const inserted = await insertPublisher(c.env.stores, project.id, { kind, issuer, claims }, actor)
    switch (inserted.kind) {
      case 'created':
        return jsonWritten(c, publisherJson(inserted.publisher), 201)
      case 'full':
        throw new AppError('limit_reached', `A project can have at most ${MAX_PUBLISHERS} publishers.`)
      case 'done_before':
        throw new AppError('done_before')
    }
  })

  route(
    app,
    'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/publishers/:id',
    async (c, { actor, project, params }) => {
      if (!(await deletePublisher(c.env.stores, project.id, params.id, actor)))
        throw new AppError('publisher_not_found')
      return jsonDone(c)
    },
  )
}

function publisherJson({ id, kind, issuer, claims, createdAt }: TrustedPublisher): PublisherJson {
  return { id, kind, issuer, claims, time: isoOf(createdAt) }
}
