import { ACCESS, type Needs } from '../../src/http/frame/access.ts'
import type { Shape } from '../../src/http/json/shape.ts'
import { type JsonSchema, jsonSchemaOf, namedShapesIn, shapeSchemaOf } from './json-schema.ts'
import { HEADER_PARAMETERS, PATH_PARAMETERS, QUERY_PARAMETERS } from './parameters.ts'
import type { Answer, ApiRouteName, Body, RouteDoc } from './route-doc.ts'
import { answersOf, REFUSALS, REFUSED, ROUTE_DOCS } from './routes.ts'

export type Parameter = { name: string; in: string; required: boolean; description: string; schema: object }
export type Ref = { readonly $ref: string }
export type Content = Record<string, { schema?: JsonSchema; example?: unknown }>
export type Response = { description: string; content?: Content }
export type Operation = {
  operationId: string
  tags: string[]
  summary: string
  description: string
  parameters: Ref[]
  security: Record<string, string[]>[]
  requestBody?: { required: boolean; content: Content }
  responses: Record<string, Response | Ref>
}
export type OpenApiDocument = {
  openapi: '3.1.1'
  info: object
  servers: object[]
  tags: { name: string; description: string }[]
  paths: Record<string, Record<string, Operation>>
  components: {
    securitySchemes: object
    parameters: Record<string, Parameter>
    responses: Record<string, Response>
    schemas: Record<string, JsonSchema>
  }
}

const TAGS = [
  { name: 'Reporting', description: 'What CI jobs and deploy scripts ask for, under `/api/buildpass/v1`.' },
  { name: 'Tests', description: 'What test reports say together, and muted tests, under `/api/buildpass/v1`.' },
  { name: 'Packs', description: 'Many files in one zip, on their way in and out.' },
  { name: 'Share links', description: 'One file for somebody without an account.' },
  { name: 'Notices', description: 'What people and channels are told, under `/api/buildpass/v1`.' },
  { name: 'Settings', description: 'Projects, people and webhooks, under `/api/buildpass/v1`.' },
  { name: 'Server', description: 'Organizations and the server itself, under `/api/buildpass/v1`.' },
  { name: 'CircleCI v1.1', description: "CircleCI's first API, under `/api/v1.1` and, for GitHub, `/api/v1`." },
  { name: 'CircleCI v2', description: "CircleCI's second API: `/api/v2`." },
  { name: 'CircleCI v3', description: "CircleCI's current API: `/api/v3`. No token in the URL." },
  { name: 'Badges, feeds and files', description: 'What READMEs, monitors, browsers and CI systems ask for.' },
]

const NEEDS: Record<Needs, string> = {
  anyone: 'Needs no token.',
  each: 'Needs what it asks for of each project: without a token, only public ones are there.',
  token: 'Needs any live token.',
  'token:admin': 'Needs any live token of full access.',
  user: 'Needs a personal token.',
  'user:admin': 'Needs a personal token of full access.',
  'user:create': 'Needs a personal token of full access to all projects of its person.',
  reach:
    'Needs a personal token, or one of an organization of scope `status` or `all`, which is shown the projects that its maker administers.',
  owner: 'Needs a personal token of full access of an owner of this server.',
  hidden: 'Needs a personal token of full access of an owner of this server; for anybody else there is no such place.',
  'runs:list':
    'Needs a token of the project, whatever its scope, or the personal token of a member. Open to anyone on a public project.',
  'badges:read':
    'Needs a project token of scope `status` or `all`, that may be limited to badges, a reporting token, or the personal token of a member. Open to anyone on a public project.',
  'status:read':
    'Needs a project token of scope `status` or `all`, a reporting token, or the personal token of a member. Open to anyone on a public project.',
  'artifacts:read':
    'Needs a project token of scope `view-builds` or `all`, a reporting token, or the personal token of a member. Open to anyone on a public project.',
  'output:read':
    'Needs a project token of scope `view-builds` or `all` without the limit `paths`, a reporting token, or the personal token of a member. Open to anyone on a public project.',
  'builds:write': 'Needs a reporting token or the personal token of a member.',
  'shares:write': 'Needs the personal token of a member.',
  'project:admin': 'Needs the personal token of an admin of the project.',
}

const SECURITY_SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', description: 'The token in `Authorization: Bearer`.' },
  circleToken: { type: 'apiKey', in: 'header', name: 'Circle-Token', description: 'The token in a header of its own.' },
  basic: { type: 'http', scheme: 'basic', description: 'The token as the user name, with any password.' },
  queryToken: {
    type: 'apiKey',
    in: 'query',
    name: 'circle-token',
    description: 'The token in the URL, for badges and feeds. Reads only, unless the server is set up otherwise.',
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
        'Build status and artifacts with scoped tokens. Answers are JSON unless said otherwise; refusals are `{"message","code"}`, the code from a closed list. Each answer names its request in `X-Request-Id`, and those of 500 and more in `request_id` too, for whoever reads the log. Paths are those of this server. HEAD answers wherever GET does, without the body; a method that a path does not have is answered with 405 and `Allow`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'This server' }],
    tags: TAGS,
    paths,
    components: {
      securitySchemes: SECURITY_SCHEMES,
      parameters: parameters(),
      responses: Object.fromEntries(
        Object.entries(REFUSALS).map(([status, means]) => [
          `Refused${status}`,
          responseOf({ means, content: REFUSED }),
        ]),
      ),
      schemas: Object.fromEntries([...namedShapes()].map(([name, shape]) => [name, shapeSchemaOf(shape, name)])),
    },
  }
}

function namedShapes(): ReadonlyMap<string, Shape> {
  const answers = (Object.keys(ROUTE_DOCS) as ApiRouteName[]).flatMap((name) => Object.values(answersOf(name)))
  return namedShapesIn(answers.flatMap(({ content }) => Object.values(content).filter((shape) => shape !== null)))
}

/** Where a route stands in the document: `:name{pattern}` becomes `{name}`, and a file's ending is told apart. */
export function placeOf(name: ApiRouteName): { readonly method: string; readonly path: string } {
  const [method = '', route = ''] = name.split(' ')
  const file = route.includes('/tree/') ? '{branch}' : '{repo}'
  const path = route
    .replace(/:file\{.*feed\\\.atom\}$/, `${file}/feed.atom`)
    .replace(/:file\{.*cc\\\.xml\}$/, `${file}.cc.xml`)
    .replace(/:file\{.*svg\|json\)\}$/, `${file}.{format}`)
    .replace(/:file\{.*\\.png\}$/, `${file}.png`)
    .replace(/:(\w+)(?:\{[^}]*\})?/g, '{$1}')
  return { method: method.toLowerCase(), path }
}

function operationOf(name: ApiRouteName, doc: RouteDoc): Operation {
  const { method, path } = placeOf(name)
  const needs: Needs = ACCESS[name]
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, part = '']) => parameterRef('path', part)),
    ...(doc.query ?? []).map((query) => parameterRef('query', query)),
    ...(doc.headers ?? []).map((header) => parameterRef('header', header)),
  ]
  return {
    operationId: `${method} ${path}`.replace(/\W+/g, '_').replace(/_$/, ''),
    tags: [tagOf(path)],
    summary: doc.summary,
    description: [doc.description, NEEDS[needs]].filter(Boolean).join('\n\n'),
    parameters,
    security: securityFor(needs, path),
    ...(doc.body ? { requestBody: requestBodyOf(doc.body) } : {}),
    responses: responsesOf(name),
  }
}

const TESTS = /\/tests\/|\{repo\}\/tests$/
const SHARES = /\{repo\}\/shares\b|^\/s\//
const NOTICES = /\/(?:notices|listeners|deliveries\/outbound)(?:\/|$)/
const PACKS = /\/packs\b|\/artifacts\.zip$/
const SERVER = /\/(?:instance|orgs)\//
const REPORTING = /\/(?:builds|latest|oidc)\b|\/token$/

function tagOf(path: string): string {
  if (SHARES.test(path)) return 'Share links'
  if (PACKS.test(path)) return 'Packs'
  if (path.startsWith('/api/buildpass/')) {
    if (NOTICES.test(path)) return 'Notices'
    if (TESTS.test(path)) return 'Tests'
    if (REPORTING.test(path)) return 'Reporting'
    return SERVER.test(path) ? 'Server' : 'Settings'
  }
  if (path.startsWith('/api/v1.1/')) return 'CircleCI v1.1'
  if (path.startsWith('/api/v3/')) return 'CircleCI v3'
  return path.startsWith('/api/') ? 'CircleCI v2' : 'Badges, feeds and files'
}

const PARAMETERS = { path: PATH_PARAMETERS, query: QUERY_PARAMETERS, header: HEADER_PARAMETERS }
type Place = keyof typeof PARAMETERS

function parameters(): Record<string, Parameter> {
  return Object.fromEntries(
    Object.entries(PARAMETERS).flatMap(([place, known]) =>
      Object.entries(known).map(([name, rest]) => [
        `${place}-${name}`,
        { name, in: place, required: place === 'path', ...rest },
      ]),
    ),
  )
}

function parameterRef(place: Place, name: string): Ref {
  if (!PARAMETERS[place][name]) throw new Error(`The ${place} parameter ${name} is not described`)
  return { $ref: `#/components/parameters/${place}-${name}` }
}

/** What a public project, or nothing in particular, opens without a token. */
const OPEN: readonly Needs[] = ['each', 'runs:list', 'badges:read', 'status:read', 'artifacts:read', 'output:read']

function securityFor(needs: Needs, path: string): Record<string, string[]>[] {
  if (needs === 'anyone') return []
  const names = Object.keys(SECURITY_SCHEMES).filter((name) => name !== 'queryToken' || !path.startsWith('/api/v3/'))
  const schemes = names.map((scheme) => ({ [scheme]: [] }))
  return OPEN.includes(needs) ? [...schemes, {}] : schemes
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

function responsesOf(name: ApiRouteName): Operation['responses'] {
  return Object.fromEntries(
    Object.entries(answersOf(name)).map(([status, answer]) => [
      status,
      answer.content === REFUSED ? { $ref: `#/components/responses/Refused${status}` } : responseOf(answer),
    ]),
  )
}

function responseOf({ means, content }: Answer): Response {
  const shown = Object.entries(content).map(([type, shape]) => [type, shape ? { schema: shapeSchemaOf(shape) } : {}])
  return { description: means, ...(shown.length > 0 ? { content: Object.fromEntries(shown) } : {}) }
}
