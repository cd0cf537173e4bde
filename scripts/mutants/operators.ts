import { parseAst } from 'vite'
import type { Mutant } from './mutation.ts'

/** The few parts of an ESTree node that the operators look at. */
type Node = { readonly type: string; readonly start: number; readonly end: number } & Record<string, unknown>

const OPPOSITES: Record<string, readonly string[]> = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
}

/**
 * Each check of a file taken out, or turned, in turn: conditions made constant, halves of `and` and `or` dropped, limits
 * moved by one, bounds of max and min dropped, calls made for their effect left out, time-boxes opened, orders turned,
 * regular expressions loosened, entries of tables and of lists of subjects dropped, and of tables added; of SQL, terms of
 * `and` dropped or made alternatives, `where` opened, `not exists` turned.
 */
export function mutantsOf(file: string, source: string): readonly Mutant[] {
  const mutants: Mutant[] = []
  const textOf = ({ start, end }: Node) => source.slice(start, end)
  const add = (node: Node, text: string, what: string) =>
    mutants.push({ file, start: node.start, end: node.end, text, what })

  visit(parseAst(source, { lang: 'ts' }) as unknown as Node, (node) => {
    switch (node.type) {
      case 'IfStatement':
      case 'ConditionalExpression':
        add(node.test as Node, 'false', 'condition is false')
        add(node.test as Node, 'true', 'condition is true')
        break
      case 'LogicalExpression': {
        const [left, right] = [node.left as Node, node.right as Node]
        // `?? 0` is there for the types.
        if (node.operator === '??' && right.type === 'Literal') break
        add(node, `(${textOf(left)})`, `right of ${node.operator} dropped`)
        if (node.operator !== '??') add(node, `(${textOf(right)})`, `left of ${node.operator} dropped`)
        break
      }
      case 'BinaryExpression': {
        const [left, right] = [textOf(node.left as Node), textOf(node.right as Node)]
        for (const other of OPPOSITES[String(node.operator)] ?? [])
          add(node, `(${left} ${other} ${right})`, `${node.operator} is ${other}`)
        break
      }
      case 'CallExpression':
        callMutants(node, textOf, add)
        break
      case 'TaggedTemplateExpression':
        if (textOf(node.tag as Node) === 'sql') sqlMutants(node.quasi as Node, textOf, add)
        break
      case 'ExpressionStatement': {
        const called = node.expression as Node
        // Calls that only write to the log.
        if (/^(?:stores\.)?warn\(/.test(textOf(called))) break
        if (['CallExpression', 'AwaitExpression', 'AssignmentExpression'].includes(called.type))
          add(node, ';', 'statement left out')
        break
      }
      case 'Literal':
        if (node.regex) for (const [text, what] of looserThan(textOf(node))) add(node, text, what)
        break
      case 'VariableDeclarator': {
        const value = node.init as Node | null
        if (value?.type === 'Literal' && typeof value.value === 'number')
          add(value, String(value.value * 3 || 1), 'constant is larger')
        break
      }
      case 'ArrayExpression': {
        const elements = node.elements as readonly Node[]
        const isTable = file.endsWith('permission.ts')
        // Elsewhere the lists that count are those of subjects, which are templates.
        for (const element of elements.filter(({ type }) => isTable || type === 'TemplateLiteral')) {
          const others = elements.filter((e) => e !== element)
          add(node, `[${others.map(textOf).join()}]`, `${textOf(element)} dropped`)
        }
        if (!isTable) break
        for (const permission of PERMISSIONS)
          if (!textOf(node).includes(permission))
            add(node, `[${[...elements.map(textOf), `'${permission}'`].join()}]`, `${permission} added`)
      }
    }
  })
  return mutants
}

const PERMISSIONS = ['status:read', 'artifacts:read', 'output:read', 'builds:write', 'shares:write', 'project:admin']

/** The checks that stand in SQL: each word of the text that narrows, widened. */
function sqlMutants(quasi: Node, textOf: (node: Node) => string, add: (n: Node, t: string, w: string) => void): void {
  const widened: readonly (readonly [RegExp, string])[] = [
    [/\band\b/g, 'or'],
    [/\bwhere\b/g, 'where 1 or'],
    [/\bnot exists\b/g, 'exists'],
    [/\bnot \(/g, '('],
  ]
  for (const element of quasi.quasis as readonly Node[])
    for (const [word, becomes] of widened)
      for (const { 0: found, index } of textOf(element).matchAll(word)) {
        const place = { ...element, start: element.start + index, end: element.start + index + found.length }
        add(place, becomes, `SQL: ${found} is ${becomes}`)
      }
}

function callMutants(node: Node, textOf: (node: Node) => string, add: (n: Node, t: string, w: string) => void): void {
  const callee = textOf(node.callee as Node)
  const args = node.arguments as readonly Node[]
  if (callee === 'Math.max' || callee === 'Math.min')
    for (const arg of args) add(node, `(${textOf(arg)})`, `${callee} is ${textOf(arg)}`)
  if (callee.endsWith('.every')) add(node.callee as Node, callee.replace(/every$/, 'some'), 'every is some')
  if (callee === 'and' && args.length > 1)
    for (const arg of args)
      add(
        node,
        `and(${args
          .filter((other) => other !== arg)
          .map(textOf)
          .join()})`,
        `without ${textOf(arg)}`,
      )
  if (callee === 'withinMs' && args[2]) add(node, textOf(args[2]), 'time-box opened')
  if (callee === 'desc' && args[0]) add(node, textOf(args[0]), 'order turned')
  if (callee.endsWith('.trim')) add(node, callee.replace(/\.trim$/, ''), 'trim left out')
}

function looserThan(regex: string): readonly (readonly [string, string])[] {
  const found: [string, string][] = []
  if (regex.startsWith('/^')) found.push([`/${regex.slice(2)}`, 'start of the expression open'])
  if (/\$\/[a-z]*$/.test(regex)) found.push([regex.replace(/\$(\/[a-z]*)$/, '$1'), 'end of the expression open'])
  if (/\/[a-z]*i[a-z]*$/.test(regex)) found.push([regex.replace(/i([a-z]*)$/, '$1'), 'letter case counts'])
  return found
}

function visit(node: Node, see: (node: Node) => void): void {
  see(node)
  for (const [key, child] of Object.entries(node)) {
    // Types are not code.
    if (key === 'typeAnnotation' || key === 'returnType' || key === 'typeArguments' || key === 'typeParameters')
      continue
    for (const one of Array.isArray(child) ? child : [child]) if (isNode(one)) visit(one, see)
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}
