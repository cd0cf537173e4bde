import type { NamedTest } from '../../../domain/tests/named-test.ts'

/** The name of a test, after its class where it has one. */
export function TestName({ test: { classname, name } }: { test: Pick<NamedTest, 'classname' | 'name'> }) {
  return (
    <>
      {classname !== '' && <span class="muted">{classname} › </span>}
      {name}
    </>
  )
}
