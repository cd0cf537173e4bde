import type { OpenApiDocument, Operation, Parameter, Ref, Response } from './document.ts'
import { anchorOf, escaped, notation } from './notation.ts'

const HOME = '/assets/api-reference'

/** The document as pages for people, one a tag and one that leads to them: no script, no style of their own. */
export function referencePages(document: OpenApiDocument): Readonly<Record<string, string>> {
  const tags = document.tags.map((tag) => ({ ...tag, operations: operationsOf(document, tag.name) }))
  const pages = tags.map((tag) => [`${fileOf(tag.name)}.html`, tagPage(document, tag)] as const)
  return { 'api-reference.html': homePage(document, tags), ...Object.fromEntries(pages) }
}

type Placed = { readonly method: string; readonly path: string; readonly operation: Operation }
type Tag = { readonly name: string; readonly description: string; readonly operations: readonly Placed[] }

function operationsOf({ paths }: OpenApiDocument, tag: string): readonly Placed[] {
  return Object.entries(paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    )
    .filter(({ operation }) => operation.tags.includes(tag))
}

function fileOf(tag: string): string {
  return `api-reference-${tag.toLowerCase().replace(/\W+/g, '-')}`
}

function homePage({ components }: OpenApiDocument, tags: readonly Tag[]): string {
  const others = { 304: 'It is what `If-None-Match` names.', ...statusesOf(components.responses) }
  return page(
    'API reference',
    `<p>Made from the <a href="/assets/openapi.json">OpenAPI 3.1 document</a>, which programs can read. The tests hold
every answer of the server against it.</p>
<p>A token is presented as <code>Authorization: Bearer</code>, as <code>Circle-Token</code>, as the user name of Basic
credentials with any password, or, to read only, as <code>?circle-token=</code> in the URL.</p>
<p>Answers are JSON unless said otherwise. <code>HEAD</code> answers wherever <code>GET</code> does.</p>
<p>Shapes are written as <code>name: type</code>, with an example or rules behind; <code>name?:</code> is not always there, and
<code>time</code> is a text like <code>2026-11-24T09:00:00.000Z</code>.</p>`,
    `<main>
${tags.map(tagContents).join('\n')}
<h2 id="other-answers">Other answers</h2>
<p>What routes may answer besides what they are for; 414 and 431 any may. Refusals look like this:</p>
${block(notation(components.schemas.Refusal ?? {}))}
<dl>
${Object.entries(others)
  .map(([status, means]) => `<dt>${status}</dt><dd>${prose(means)}</dd>`)
  .join('\n')}
</dl>
</main>`,
  )
}

function statusesOf(responses: Record<string, Response>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(responses).map(([name, { description }]) => [name.replace(/\D+/, ''), description]),
  )
}

function tagContents({ name, description, operations }: Tag): string {
  const rows = operations.map(
    ({ method, path, operation }) =>
      `<li><a href="${fileOf(name)}#${operation.operationId}">${escaped(operation.summary)}</a> <code>${method} ${escaped(path)}</code></li>`,
  )
  return `<h2><a href="${fileOf(name)}">${escaped(name)}</a></h2>
<p>${prose(description)}</p>
<ul>
${rows.join('\n')}
</ul>`
}

function tagPage(document: OpenApiDocument, { name, description, operations }: Tag): string {
  const contents = operations.map(
    ({ operation }) => `<li><a href="#${operation.operationId}">${escaped(operation.summary)}</a></li>`,
  )
  const shapes = shapesOf(document, operations)
  return page(
    `API reference: ${name}`,
    `<p>${prose(description)} How to present a token, and all other routes: <a href="${HOME}">API reference</a>.</p>`,
    `<nav aria-label="Routes">
<details>
<summary>${operations.length} routes</summary>
<ul>
${contents.join('\n')}
</ul>
</details>
</nav>
<main>
<h2>Routes</h2>
${operations.map((placed) => sectionOf(document, placed)).join('\n')}
${shapes.length === 0 ? '' : `<h2>Shapes</h2>\n${shapes.map((shape) => shapeSection(document, shape)).join('\n')}`}
</main>`,
  )
}

function sectionOf({ components }: OpenApiDocument, { method, path, operation }: Placed): string {
  const { operationId, summary, description, requestBody, responses } = operation
  const parameters = operation.parameters.flatMap(({ $ref }) => components.parameters[lastOf($ref)] ?? [])
  const answers = Object.entries(responses).map(([status, one]) => ({ status, ...resolved(components, one) }))
  const own = answers.filter(({ isOther }) => !isOther)
  const other = answers.flatMap(({ status, isOther }) => (isOther && !EVERYWHERE.includes(status) ? status : []))
  return [
    `<section id="${operationId}">`,
    `<h3>${escaped(summary)}</h3>`,
    `<p class="route"><code><b>${method}</b> ${escaped(path)}</code></p>`,
    ...description.split('\n\n').map((part) => `<p>${prose(part)}</p>`),
    ...(parameters.length > 0 ? ['<h4>Parameters</h4>', '<dl>', ...parameters.map(parameterRow), '</dl>'] : []),
    ...(requestBody ? bodyBlocks(requestBody) : []),
    '<h4>Answers</h4>',
    '<dl>',
    ...own.map(({ status, response }) => `<dt>${status}</dt><dd>${answerText(response)}</dd>`),
    '</dl>',
    `<p class="other">Or <a href="${HOME}#other-answers">${other.join(', ')}</a>.</p>`,
    '</section>',
  ].join('\n')
}

// Told once, on the home page.
const EVERYWHERE = ['414', '431']

/** The answer itself, and whether it is one that many routes give, told of once. */
function resolved({ responses }: OpenApiDocument['components'], one: Response | Ref) {
  if ('$ref' in one) return { response: responses[lastOf(one.$ref)] ?? { description: '' }, isOther: true }
  const shared = Object.values(responses).some(({ description }) => description === one.description)
  return { response: one, isOther: shared || one.description.includes('If-None-Match') }
}

function parameterRow({ name, in: place, description }: Parameter): string {
  return `<dt><code>${escaped(name)}</code> <small>${place}</small></dt><dd>${prose(description)}</dd>`
}

function bodyBlocks({ required, content }: NonNullable<Operation['requestBody']>): readonly string[] {
  return Object.entries(content).flatMap(([type, { schema, example }]) => [
    `<h4>Body <small>${type}${required ? '' : ', may be empty'}</small></h4>`,
    ...(example === undefined ? ['<p>The same as a form.</p>'] : [block(escaped(exampleText(example)))]),
    ...(schema && example !== undefined
      ? [`<details><summary>Fields</summary>\n${block(notation(schema))}\n</details>`]
      : []),
  ])
}

function exampleText(example: unknown): string {
  return typeof example === 'string' ? example : JSON.stringify(example, null, 2)
}

function answerText({ description, content = {} }: Response): string {
  const bodies = Object.entries(content).map(([type, { schema }]) => {
    const shown = schema ? notation(schema) : null
    const label = type === 'application/json' ? '' : `<small>${type === '*/*' ? 'any type' : type}</small> `
    if (shown === null) return label
    return shown.includes('\n') ? `${label}${block(shown)}` : `${label}<code>${shown}</code>`
  })
  return [prose(description), ...bodies].join(' ')
}

/** The named shapes that a page's answers are made of, and those that these are made of. */
function shapesOf({ components }: OpenApiDocument, operations: readonly Placed[]): readonly string[] {
  const named = new Set<string>()
  const collect = (value: unknown) => {
    for (const [, name = ''] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (named.has(name)) continue
      named.add(name)
      collect(components.schemas[name] ?? {})
    }
  }
  collect(operations.map(({ operation }) => operation.responses))
  return [...named].sort()
}

function shapeSection({ components }: OpenApiDocument, name: string): string {
  const shown = block(notation(components.schemas[name] ?? {}))
  return `<section id="${anchorOf(name)}">\n<h3>${name}</h3>\n${shown}\n</section>`
}

function page(title: string, intro: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} · Buildpass</title>
<link rel="icon" href="/assets/icon.svg">
<link rel="stylesheet" href="/assets/api-reference.css">
</head>
<body>
<header>
<p><a href="/">Buildpass</a></p>
<h1>${escaped(title)}</h1>
${intro}
</header>
${body}
</body>
</html>
`
}

// Long lines scroll, and what scrolls must be reachable by keyboard.
function block(html: string): string {
  return `<pre tabindex="0">${html}</pre>`
}

function prose(text: string): string {
  return escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>')
}

function lastOf(ref: string): string {
  return ref.split('/').at(-1) ?? ''
}
