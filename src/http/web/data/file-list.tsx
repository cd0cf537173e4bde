import type { ArtifactPlace } from '../../../domain/artifacts/artifact.ts'
import type { FileOverview } from '../../../domain/artifacts/folder.ts'
import { isShown } from '../../../domain/artifacts/shown-type.ts'
import { type Project, slugText } from '../../../domain/project.ts'
import type { BuildFiles } from '../../../storage/builds/build-contents.ts'
import { buildPath, filePath, sharedFilePath, shownPath } from '../frame/paths.ts'
import { Icon } from '../parts/icon.tsx'
import { Copyable } from '../parts/parts.tsx'
import { type Folder, treeOf } from './file-tree.ts'
import { countText, sizeText } from './measures.ts'

/** Folders with no more files than these below them are unfolded. */
const OPEN_UP_TO = 12

type FilesProps = { readonly project: Project; readonly num: number; readonly files: BuildFiles }

/** A build's artifacts as folders, a tree for each node: all of them, which are few. */
export function FileList({ project, num, files, mayShare }: FilesProps & { mayShare: boolean }) {
  const nodes = [...Map.groupBy(files.files, (file) => file.nodeIndex)]
  return (
    <div class="card">
      {nodes.map(([node, ofNode]) => (
        <>
          {nodes.length > 1 && <h3 class="node muted small-text">Node {node}</h3>}
          <FolderItems folder={treeOf(ofNode)} project={project} num={num} mayShare={mayShare} path={`node-${node}`} />
        </>
      ))}
    </div>
  )
}

type FolderProps = {
  readonly folder: Folder<FileOverview>
  readonly project: Project
  readonly num: number
  readonly mayShare: boolean
  readonly path: string
}

function FolderItems({ folder, project, num, mayShare, path }: FolderProps) {
  return (
    <ul class="tree">
      {folder.folders.map((child, index) => (
        <li>
          <details id={`${path}-${index}`} open={child.count <= OPEN_UP_TO}>
            <summary class="line">
              <Icon name="folder" />
              <span>{child.name}</span>
              <span class="line-name muted">{countText(child.count, 'file')}</span>
              <span class="line-end">{sizeText(child.sizeBytes)}</span>
            </summary>
            <FolderItems folder={child} project={project} num={num} mayShare={mayShare} path={`${path}-${index}`} />
          </details>
        </li>
      ))}
      {folder.files.map(({ name, file }) => (
        <li class="line">
          <Icon name="file" />
          <span class="line-name">
            <a href={filePath(project, num, file)}>{name}</a>
          </span>
          <OpenFile project={project} num={num} file={file} name={name} />
          {mayShare && <ShareFile project={project} num={num} file={file} />}
          <span class="line-end">{sizeText(file.sizeBytes)}</span>
        </li>
      ))}
    </ul>
  )
}

/** Shows a file, beside the link that saves it; nothing for what browsers only save. */
export function OpenFile(props: {
  readonly project: Project
  readonly num: number
  readonly file: { readonly nodeIndex: number; readonly path: string }
  readonly name: string
}) {
  const { project, num, file, name } = props
  if (!isShown(file.path)) return null
  return (
    <a class="small-text open-file" href={shownPath(project, num, file)} aria-label={`Open ${name}`}>
      Open
    </a>
  )
}

/** The way to a link that gives one file to somebody without an account. */
export function ShareFile(props: {
  readonly project: Project
  readonly num: number
  readonly file: ArtifactPlace
  readonly as?: 'report'
}) {
  const { project, num, file, as } = props
  return (
    <a class="share" href={sharedFilePath(project, num, file) + (as ? `?as=${as}` : '')}>
      Share<span class="unseen"> {file.path}</span>
    </a>
  )
}

/** How a script downloads all files of a build. */
export function downloadAllCommand(origin: string, project: Project, num: number): string {
  const token = project.visibility === 'public' ? '' : ` -H "Circle-Token: $BUILDPASS_TOKEN"`
  return `curl -f -O -J${token} '${origin}/api/buildpass/v1/projects/${slugText(project)}/builds/${num}/artifacts.zip'`
}

/** All files in one zip, and, folded, how a script has them. */
export function DownloadAll({ project, num, files, origin }: FilesProps & { origin: string }) {
  return (
    <div class="more">
      <a class="button" href={`${buildPath(project, num)}/artifacts.zip`} download>
        <Icon name="download" /> Download all ({sizeText(files.sizeBytes)})
      </a>
      <details class="more" id="download-all-recipe">
        <summary>In a script</summary>
        <Copyable
          id="download-all"
          label="Command that downloads all files"
          text={downloadAllCommand(origin, project, num)}
          block
        />
        {project.visibility === 'private' && (
          <p class="hint">
            <code>BUILDPASS_TOKEN</code> is a project token with the scope Build Artifacts or All, or a personal token.
          </p>
        )}
      </details>
    </div>
  )
}
