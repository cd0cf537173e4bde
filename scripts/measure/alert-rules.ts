import { parser } from '@prometheus-io/lezer-promql'
import { parse } from 'yaml'

/** An alert of docs/operations/alerts.yaml. */
export type Alert = { readonly name: string; readonly expr: string; readonly for: string }

export type Series = {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export function parseAlerts(yaml: string): readonly Alert[] {
  const { groups } = parse(yaml) as { groups: { rules: { alert: string; expr: string; for: string }[] }[] }
  return groups.flatMap(({ rules }) => rules.map(({ alert, ...rest }) => ({ name: alert, ...rest })))
}

/** The series of a scrape; throws for a line that is none. */
export function parseExposition(text: string): readonly Series[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value = ''] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
      if (name === '' || Number.isNaN(Number(value))) throw new Error(`no sample: ${line}`)
      const pairs = [...labels.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)]
      return { name, labels: Object.fromEntries(pairs.map(([, key, text]) => [key, text])), value: Number(value) }
    })
}

/** The metrics that an expression asks for; throws where it is no PromQL. */
export function metricsIn(expr: string): readonly string[] {
  return [...nodesOf(expr)]
    .filter(({ type }) => type === 'VectorSelector')
    .map(({ text }) => /^[\w:]+/.exec(text)?.[0] ?? '')
}

/** The alerts whose expression holds for a scrape, were it to hold for as long as they ask. */
export function firing(alerts: readonly Alert[], series: readonly Series[], now: number): readonly string[] {
  return alerts.filter(({ expr }) => isVector(evaluate(treeOf(expr), series, now / 1000))).map(({ name }) => name)
}

type Node = { readonly type: string; readonly text: string; readonly children: readonly Node[] }
type Value = number | readonly Series[]

function isVector(value: Value): boolean {
  return typeof value !== 'number' && value.length > 0
}

function treeOf(expr: string): Node {
  const tree = parser.parse(expr)
  const build = (node: typeof tree.topNode): Node => {
    if (node.type.isError) throw new Error(`no PromQL: ${expr}`)
    const children: Node[] = []
    for (let child = node.firstChild; child; child = child.nextSibling) children.push(build(child))
    return { type: node.type.name, text: expr.slice(node.from, node.to), children }
  }
  return build(tree.topNode)
}

function* nodesOf(expr: string, node: Node = treeOf(expr)): Generator<Node> {
  yield node
  for (const child of node.children) yield* nodesOf(expr, child)
}

const OPERATORS: Readonly<Record<string, (left: number, right: number) => number>> = {
  Add: (left, right) => left + right,
  Sub: (left, right) => left - right,
  Mul: (left, right) => left * right,
  Div: (left, right) => left / right,
}
const COMPARISONS: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  Eql: (left, right) => left === right,
  EqlC: (left, right) => left === right,
  Gtr: (left, right) => left > right,
  Lss: (left, right) => left < right,
}

/** As much of PromQL as the rules use: no ranges, and vectors that match one to one. Throws for anything else. */
function evaluate(node: Node, series: readonly Series[], nowSeconds: number): Value {
  const [first, ...rest] = node.children
  const inner = (child: Node | undefined) => {
    if (!child) throw new Error(`incomplete: ${node.text}`)
    return evaluate(child, series, nowSeconds)
  }
  switch (node.type) {
    case 'PromQL':
    case 'ParenExpr':
    case 'FunctionCallBody':
      return inner(first)
    case 'NumberDurationLiteral':
    case 'NumberLiteral':
      return Number(node.text)
    case 'VectorSelector':
      return select(node, series)
    case 'FunctionCall':
      if (node.text === 'time()') return nowSeconds
      throw new Error(`no function that is known here: ${node.text}`)
    case 'AggregateExpr':
      return sum(node, inner(rest.at(-1)))
    case 'BinaryExpr':
      return combine(node, inner(first), inner(rest.at(-1)))
    default:
      throw new Error(`${node.type} is not known here: ${node.text}`)
  }
}

function select({ text }: Node, series: readonly Series[]): readonly Series[] {
  const [, name = '', matchers = ''] = /^([\w:]+)(?:\{(.*)\})?$/.exec(text) ?? []
  const wanted = [...matchers.matchAll(/(\w+)="([^"]*)"/g)]
  return series.filter((one) => one.name === name && wanted.every(([, key = '', value]) => one.labels[key] === value))
}

function sum({ text }: Node, value: Value): readonly Series[] {
  if (typeof value === 'number' || !/^sum\s*\(/.test(text)) throw new Error(`not known here: ${text}`)
  if (value.length === 0) return []
  return [{ name: '', labels: {}, value: value.reduce((total, one) => total + one.value, 0) }]
}

function combine({ text, children }: Node, left: Value, right: Value): Value {
  const operator = children.find(({ type }) => type in OPERATORS || type in COMPARISONS || type === 'And')?.type ?? ''
  if (children.some(({ type }) => type === 'MatchingModifierClause')) throw new Error(`not known here: ${text}`)
  const matching = ({ labels }: Series) => JSON.stringify(Object.entries(labels).toSorted())
  if (operator === 'And') {
    if (typeof left === 'number' || typeof right === 'number') throw new Error(`"and" of a number: ${text}`)
    return left.filter((one) => right.some((other) => matching(other) === matching(one)))
  }
  const apply = (labels: Series['labels'], one: number, other: number): readonly Series[] => {
    const compare = COMPARISONS[operator]
    if (compare) return compare(one, other) ? [{ name: '', labels, value: one }] : []
    const calculate = OPERATORS[operator]
    if (!calculate) throw new Error(`no operator that is known here: ${text}`)
    return [{ name: '', labels, value: calculate(one, other) }]
  }
  if (typeof left === 'number' && typeof right === 'number') return apply({}, left, right)[0]?.value ?? Number.NaN
  if (typeof right === 'number')
    return (left as readonly Series[]).flatMap(({ labels, value }) => apply(labels, value, right))
  if (typeof left === 'number') return right.flatMap(({ labels, value }) => apply(labels, left, value))
  return left.flatMap((one) =>
    right
      .filter((other) => matching(other) === matching(one))
      .flatMap((other) => apply(one.labels, one.value, other.value)),
  )
}
