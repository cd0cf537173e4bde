import { Copyable, Empty } from '../parts/parts.tsx'

/** Shown while a project has no test: how its CI reports them. */
export function NoReportYet() {
  return (
    <Empty icon="list" title="No test report yet">
      <p>
        Have your CI run its tests by the <code>buildpass</code> command, with the files that they write:
      </p>
      <Copyable
        id="report-tests"
        label="Command that reports tests"
        text={"buildpass run \\\n  --tests 'reports/**/*.xml' \\\n  -- npm test"}
        block
      />
      <p>JUnit XML and seven other formats are read; each test then has a page with its last runs.</p>
    </Empty>
  )
}
