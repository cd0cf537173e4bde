import { toJsonSchema } from '@valibot/to-json-schema'
import type * as v from 'valibot'
import { ACCESS, type Needs } from '../../src/http/access.ts'
import { BUILDPASS_ROUTES } from './buildpass-routes.ts'
import { OTHER_ROUTES } from './other-routes.ts'
import { HEADER_PARAMETERS, PATH_PARAMETERS, QUERY_PARAMETERS } from './parameters.ts'
import type { Answer, ApiRouteName, Body, RouteDoc } from './route-doc.ts'
import { V1_ROUTES } from './v1-routes.ts'
import { V2_ROUTES } from './v2-routes.ts'

/** Every route for programs. One that is missing here does not compile. */
export const ROUTE_DOCS: Record<ApiRouteName, RouteDoc> = {
  ...BUILDPASS_ROUTES,
  ...V1_ROUTES,
  ...V2_ROUTES,
  ...OTHER_ROUTES,
}

export type Parameter = { name: string; in: string; required: boolean; description: string; schema: object }
type Content = Record<string, { schema?: object; example?: unknown }>
export type Operation = {
  operationId: string
  tags: string[]
  summary: string
  description: string
  parameters: Parameter[]
  security: Record<string, string[]>[]
  requestBody?: { required: boolean; content: Content }
  responses: Record<string, { description: string; content?: Content }>
}
export type OpenApiDocument = {
  openapi: '3.1.1'
  info: object
  servers: object[]
  tags: { name: string; description: string }[]
  paths: Record<string, Record<string, Operation>>
  components: object
}

const TAGS = [
  { name: 'buildpass', description: 'Reporting, projects, tokens and settings: `/api/buildpass/v1`.' },
  { name: 'v1.1', description: "CircleCI's first API, under `/api/v1.1` and, for GitHub, `/api/v1`." },
  { name: 'v2', description: "CircleCI's second API: `/api/v2`." },
  { name: 'badges, feeds and files', description: 'What READMEs, monitors, browsers and CI systems ask for.' },
]

const NEEDS: Record<Needs, string> = {
  anyone: 'Needs no token.',
  token: 'Needs any live token.',
  user: 'Needs a personal token.',
  owner: 'Needs a personal token of an owner of this server.',
  'status:read':
    'Needs a project token of scope `status` or `all`, a reporting token, or the personal token of a member. Open to anyone where the project is public.',
  'artifacts:read':
    'Needs a project token of scope `view-builds` or `all`, a reporting token, or the personal token of a member. Open to anyone where the project is public.',
  'builds:write': 'Needs a reporting token or the personal token of a member.',
  'project:admin': 'Needs the personal token of an admin of the project.',
}

const REFUSALS: Record<number, string> = {
  400: 'The input breaks rules; `errors` names each.',
  401: 'No token, or one that does not live.',
  403: 'The token does not open this.',
  404: 'There is no such thing, or it is not for you to know of.',
  409: 'It does not go together with what is there.',
  411: '`Content-Length` is missing.',
  413: 'The body is too large.',
  415: 'The `Content-Type` is not one of those that are read.',
  416: 'The range lies outside the file.',
  422: 'It is about another repository.',
  429: 'Too many requests: see `Retry-After`.',
  501: 'This server is not set up for it.',
  503: 'Not available just now: see `Retry-After`.',
}

const SECURITY_SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', description: 'The token in `Authorization: Bearer`.' },
  circleToken: { type: 'apiKey', in: 'header', name: 'Circle-Token', description: 'The token in a header of its own.' },
  basic: { type: 'http', scheme: 'basic', description: 'The token as the user name, with an empty password.' },
  queryToken: {
    type: 'apiKey',
    in: 'query',
    name: 'circle-token',
    description: 'The token in the URL, for badges and feeds. Reads only, unless the server is set up otherwise.',
  },
}

const REFUSAL_SCHEMA = {
  type: 'object',
  required: ['message'],
  properties: {
    message: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
}

/** The OpenAPI 3.1 document of all routes for programs. */
export function openApiDocument(): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {}
  // Object.entries forgets what the keys are.
  for (const [name, doc] of Object.entries(ROUTE_DOCS) as [ApiRouteName, RouteDoc][]) {
    const { method, path } = placeOf(name)
    paths[path] = { ...paths[path], [method]: operationOf(name, doc) }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Buildpass',
      version: '1',
      description:
        'Build status and artifacts with scoped tokens. Answers are JSON unless said otherwise; refusals are `{"message"}`. Paths are those of this server.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'This server' }],
    tags: TAGS,
    paths,
    components: { securitySchemes: SECURITY_SCHEMES, schemas: { Refusal: REFUSAL_SCHEMA } },
  }
}

/** Where a route stands in the document: `:name{pattern}` becomes `{name}`, and a file's ending is told apart. */
export function placeOf(name: ApiRouteName): { readonly method: string; readonly path: string } {
  const [method = '', route = ''] = name.split(' ')
  const file = route.includes('/tree/') ? '{branch}' : '{repo}'
  const path = route
    .replace(/:file\{.*cc\\\.xml\}$/, `${file}.cc.xml`)
    .replace(/:file\{.*svg\|json\)\}$/, `${file}.{format}`)
    .replace(/:(\w+)(?:\{[^}]*\})?/g, '{$1}')
  return { method: method.toLowerCase(), path }
}

function operationOf(name: ApiRouteName, doc: RouteDoc): Operation {
  const { method, path } = placeOf(name)
  const needs: Needs = ACCESS[name]
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, part = '']) => parameterOf('path', part, PATH_PARAMETERS)),
    ...(doc.query ?? []).map((query) => parameterOf('query', query, QUERY_PARAMETERS)),
    ...(doc.headers ?? []).map((header) => parameterOf('header', header, HEADER_PARAMETERS)),
  ]
  return {
    operationId: `${method} ${path}`.replace(/\W+/g, '_').replace(/_$/, ''),
    tags: [tagOf(path)],
    summary: doc.summary,
    description: [doc.description, NEEDS[needs]].filter(Boolean).join('\n\n'),
    parameters,
    security: securityFor(needs),
    ...(doc.body ? { requestBody: requestBodyOf(doc.body) } : {}),
    responses: responsesOf(doc, needs),
  }
}

function tagOf(path: string): string {
  if (path.startsWith('/api/buildpass/')) return 'buildpass'
  if (path.startsWith('/api/v1.1/')) return 'v1.1'
  return path.startsWith('/api/') ? 'v2' : 'badges, feeds and files'
}

function parameterOf(where: string, name: string, known: Readonly<Record<string, Omit<Parameter, 'name'> | object>>) {
  const found = known[name]
  if (!found) throw new Error(`The ${where} parameter ${name} is not described`)
  return { name, in: where, required: where === 'path', ...found } as Parameter
}

function securityFor(needs: Needs): Record<string, string[]>[] {
  if (needs === 'anyone') return []
  const schemes = Object.keys(SECURITY_SCHEMES).map((scheme) => ({ [scheme]: [] }))
  return needs === 'status:read' || needs === 'artifacts:read' ? [...schemes, {}] : schemes
}

function requestBodyOf({ schema, type = 'application/json', orForm, optional, example }: Body) {
  const content: Content[string] = schema ? { schema: jsonSchemaOf(schema()), example } : { example }
  return {
    required: !optional,
    content: {
      [type]: content,
      ...(orForm ? { 'application/x-www-form-urlencoded': { schema: content.schema ?? {} } } : {}),
    },
  }
}

/** What the schema takes. Rules that JSON Schema has no word for are told in words: those of the refusal. */
export function jsonSchemaOf(schema: v.GenericSchema): object {
  const { $schema: _, ...rest } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    typeMode: 'input',
    errorMode: 'ignore',
    overrideAction: ({ valibotAction, jsonSchema }) => {
      const message = 'message' in valibotAction ? valibotAction.message : undefined
      return valibotAction.type === 'check' && typeof message === 'string'
        ? { ...jsonSchema, description: jsonSchema.description ? `${jsonSchema.description}; ${message}` : message }
        : undefined
    },
  })
  return rest
}

function responsesOf(doc: RouteDoc, needs: Needs): Operation['responses'] {
  const isOfProject = needs.includes(':')
  const refused = new Set([
    ...(doc.body?.schema || doc.query ? [400] : []),
    ...(needs === 'anyone' ? [] : [401]),
    ...(needs === 'owner' ? [403] : []),
    ...(isOfProject ? [403, 404] : []),
    ...(doc.refuses ?? []),
  ])
  const refusals = [...refused].map((status) => [status, refusalOf(status)] as const)
  const answers = Object.entries(doc.answers).map(([status, answer]) => [status, answerOf(answer)] as const)
  return Object.fromEntries([...answers, ...refusals])
}

function refusalOf(status: number) {
  const description = REFUSALS[status]
  if (!description) throw new Error(`The refusal ${status} is not described`)
  return { description, content: { 'application/json': { schema: { $ref: '#/components/schemas/Refusal' } } } }
}

function answerOf({ means, type = 'application/json', example }: Answer): Operation['responses'][string] {
  if (type === null) return { description: means }
  return { description: means, content: { [type]: example === undefined ? {} : { example } } }
}
