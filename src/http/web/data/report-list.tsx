import { REPORT_KINDS } from '../../../domain/artifacts/report-kind.ts'
import type { Project } from '../../../domain/project.ts'
import type { BuildReport } from '../../../storage/builds/build-reports.ts'
import { shownPath } from '../frame/paths.ts'
import { Icon } from '../parts/icon.tsx'
import { ShareFile } from './file-list.tsx'

/** A build's reports, each named by its folder. */
export function ReportList(props: {
  readonly project: Project
  readonly num: number
  readonly reports: readonly BuildReport[]
  /** Whether several nodes made files. */
  readonly hasNodes: boolean
  readonly mayShare: boolean
}) {
  const { project, num, reports, hasNodes, mayShare } = props
  return (
    <ul class="reports" aria-label="Reports">
      {reports.map((report) => (
        <li>
          <a class="button" href={shownPath(project, num, report)}>
            <Icon name={report.kind ? REPORT_KINDS[report.kind].icon : 'file'} />
            <span class="clamp">{report.folder === '' ? 'index.html' : report.folder.slice(0, -1)}</span>
            <span class="muted">{noteOf(report, hasNodes)}</span>
          </a>
          {mayShare && <ShareFile project={project} num={num} file={report} as="report" />}
        </li>
      ))}
    </ul>
  )
}

/** What the folder's name does not tell. */
function noteOf({ kind, nodeIndex }: BuildReport, hasNodes: boolean): string {
  return [...(kind ? [REPORT_KINDS[kind].name] : []), ...(hasNodes ? [`node ${nodeIndex}`] : [])].join(', ')
}
