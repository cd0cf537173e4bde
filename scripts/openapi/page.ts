import type { OpenApiDocument, Operation } from './document.ts'

/** The document as a page for people: no script, no style of its own, nothing from elsewhere. */
export function referencePage({ tags, paths }: OpenApiDocument): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
  const ofTag = (name: string) => operations.filter(({ operation }) => operation.tags.includes(name))
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API reference · Buildpass</title>
<link rel="icon" href="/assets/icon.svg">
<link rel="stylesheet" href="/assets/api-reference.css">
</head>
<body>
<header>
<p><a href="/">Buildpass</a></p>
<h1>API reference</h1>
<p>Made from the <a href="/assets/openapi.json">OpenAPI 3.1 document</a>, which programs can read.</p>
<p>A token is presented as <code>Authorization: Bearer</code>, as <code>Circle-Token</code>, as the user name of Basic
credentials with an empty password, or, to read only, as <code>?circle-token=</code> in the URL.</p>
</header>
<nav aria-label="Routes">
${tags.map(({ name }) => contentsOf(name, ofTag(name))).join('\n')}
</nav>
<main>
${tags.map(({ name, description }) => `<h2 id="${idOf(name)}">${escaped(name)}</h2>\n<p>${prose(description)}</p>\n${ofTag(name).map(sectionOf).join('\n')}`).join('\n')}
</main>
</body>
</html>
`
}

type Placed = { readonly method: string; readonly path: string; readonly operation: Operation }

function contentsOf(tag: string, operations: readonly Placed[]): string {
  const items = operations.map(
    ({ operation }) => `<li><a href="#${operation.operationId}">${escaped(operation.summary)}</a></li>`,
  )
  return `<details>\n<summary>${escaped(tag)}</summary>\n<ul>\n${items.join('\n')}\n</ul>\n</details>`
}

function sectionOf({ method, path, operation }: Placed): string {
  const { operationId, summary, description, parameters, requestBody, responses } = operation
  return [
    `<section id="${operationId}">`,
    `<h3>${escaped(summary)}</h3>`,
    `<p class="route"><code><b>${method}</b> ${escaped(path)}</code></p>`,
    ...description.split('\n\n').map((part) => `<p>${prose(part)}</p>`),
    ...(parameters.length > 0
      ? [
          '<h4>Parameters</h4>',
          '<dl>',
          ...parameters.map(
            (one) =>
              `<dt><code>${escaped(one.name)}</code> <small>${one.in}</small></dt><dd>${prose(one.description)}</dd>`,
          ),
          '</dl>',
        ]
      : []),
    ...(requestBody
      ? Object.entries(requestBody.content).flatMap(([type, { schema, example }]) => [
          `<h4>Body <small>${type}${requestBody.required ? '' : ', may be empty'}</small></h4>`,
          ...(example === undefined ? [] : [block(example)]),
          ...(schema && example !== undefined
            ? [`<details><summary>Schema</summary>\n${block(schema)}\n</details>`]
            : []),
        ])
      : []),
    '<h4>Answers</h4>',
    '<dl>',
    ...Object.entries(responses).map(([status, response]) => {
      const example = Object.values(response.content ?? {})[0]?.example
      return `<dt>${status}</dt><dd>${prose(response.description)}${example === undefined ? '' : `\n${block(example)}`}</dd>`
    }),
    '</dl>',
    '</section>',
  ].join('\n')
}

// Long lines scroll, and what scrolls must be reachable by keyboard.
function block(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2)
  return `<pre tabindex="0">${escaped(text)}</pre>`
}

function prose(text: string): string {
  return escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>')
}

function idOf(tag: string): string {
  return tag.replace(/\W+/g, '-')
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
